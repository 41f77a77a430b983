/** How many pairs a two-sided paired t-test needs to find a difference of a given size. */
import chisquareQuantile from "@stdlib/stats-base-dists-chisquare-quantile";
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";

/** Above this nobody trains so many. */
export const mostSeeds = 1000;
/** Points at which the χ² distribution is taken. */
const points = 400;

/**
 * The smallest number of pairs with which the test at 5 % finds an effect with the given power.
 *
 * @param effect  mean difference over the standard deviation of the differences
 * @returns undefined above 1000
 */
export function seedsNeeded(effect: number, power = 0.8): number | undefined {
  if (!(Math.abs(effect) > 0)) return undefined;
  // Power rises with n: a bisection finds where it passes.
  let [low, high] = [1, mostSeeds];
  if (pairedPower(effect, high) < power) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (pairedPower(effect, middle) >= power) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Chance that the two-sided paired t-test at 5 % rejects: with n pairs t has the noncentral t distribution with n − 1
 * degrees of freedom and noncentrality effect·√n.
 *
 * P(|T| > t) = E[ Φ(δ − t√(V/ν)) + Φ(−δ − t√(V/ν)) ],  V ~ χ²(ν): the mean over the middles of 400 equal shares of χ².
 *
 * @source Cohen1988
 */
export function pairedPower(effect: number, n: number): number {
  const freedom = n - 1;
  const critical = tQuantile(0.975, freedom);
  const shift = Math.abs(effect) * Math.sqrt(n);
  let sum = 0;
  for (let k = 0; k < points; k++) {
    const spread = critical * Math.sqrt(chisquareQuantile((k + 0.5) / points, freedom) / freedom);
    sum += normalCdf(shift - spread, 0, 1) + normalCdf(-shift - spread, 0, 1);
  }
  return sum / points;
}
