/**
 * exp, log, tanh, erf and sign on four lanes, as WebAssembly functions from v128 to v128.
 *
 * All reduce the argument to a short interval and sum a series there; relative errors stay below 2e-7 (denormal results
 * excepted). NaN, infinities, zeros of both signs and denormals give what the float64 functions of JavaScript give.
 */
import { splat, WatFunction } from "./wat-function.ts";

export type VectorFunction = "exp" | "log" | "tanh" | "erf" | "sign";

/** The functions a module needs, in the order they call one another; nothing when none is called. */
export function vectorFunctions(used: ReadonlySet<VectorFunction>): readonly WatFunction[] {
  const needed = new Set(used);
  if (needed.has("erf")) needed.add("exp");
  const makers: readonly (readonly [VectorFunction, () => readonly WatFunction[]])[] = [
    ["exp", () => [exponential()]],
    ["log", () => [logarithm()]],
    ["tanh", () => [hyperbolicTangent()]],
    ["erf", () => [errorFunction()]],
    ["sign", () => [sign()]],
  ];
  return makers.flatMap(([name, make]) => (needed.has(name) ? make() : []));
}

/** ln 2 as a sum whose first part has few bits, so that small multiples of it are exact. */
const ln2High = 0.693359375;
const ln2Low = Math.LN2 - ln2High;
const log2e = 1 / Math.LN2;

const x = "(local.get $x)";
const add = (a: string, b: string): string => `(f32x4.add ${a} ${b})`;
const sub = (a: string, b: string): string => `(f32x4.sub ${a} ${b})`;
const mul = (a: string, b: string): string => `(f32x4.mul ${a} ${b})`;
const div = (a: string, b: string): string => `(f32x4.div ${a} ${b})`;
const local = (name: string): string => `(local.get $${name})`;
const whole = (value: number): string => `(v128.const i32x4 ${value} ${value} ${value} ${value})`;
const choose = (condition: string, yes: string, no: string): string => `(v128.bitselect ${yes} ${no} ${condition})`;

/** Σ coefficients[k] · a^k. */
const polynomial = (coefficients: readonly number[], a: string): string =>
  coefficients.reduceRight(
    (sum, coefficient) => (sum === "" ? splat(coefficient) : add(splat(coefficient), mul(a, sum))),
    "",
  );

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/** (e^r − 1 − r) / r² to 5e-9 for |r| ≤ ½ ln 2. */
const exponentialTail = Array.from({ length: 6 }, (_, k) => 1 / factorial(k + 2));

function vectorFunction(name: string, comment: string): WatFunction {
  return new WatFunction(name, { vectorParameters: ["x"], result: "v128", comment });
}

/** 2^n for whole numbers −126 … 127 in i32 lanes, by their place in the exponent. */
const powerOfTwo = (n: string): string => `(i32x4.shl (i32x4.add ${n} ${whole(127)}) (i32.const 23))`;

/** Splits $y into n ln 2 + r: n as a float in $n, r in $r. */
function reduceByLn2(f: WatFunction): void {
  f.set(f.local("n", "v128"), `(f32x4.nearest ${mul(local("y"), splat(log2e))})`);
  f.set(f.local("r", "v128"), sub(sub(local("y"), mul(local("n"), splat(ln2High))), mul(local("n"), splat(ln2Low))));
}

function exponential(): WatFunction {
  const f = vectorFunction(
    "exp",
    "e^x = 2^n · e^r with |r| ≤ ½ ln 2; 2^n in two factors, so that it may overflow or go under",
  );
  f.set(f.local("y", "v128"), `(f32x4.max (f32x4.min ${x} ${splat(89)}) ${splat(-104)})`);
  reduceByLn2(f);
  const r = local("r");
  f.set("r", add(splat(1), add(r, mul(mul(r, r), polynomial(exponentialTail, r)))));
  f.set(f.local("k", "v128"), `(i32x4.trunc_sat_f32x4_s ${local("n")})`);
  f.set(f.local("half", "v128"), `(i32x4.shr_s ${local("k")} (i32.const 1))`);
  const otherHalf = `(i32x4.sub ${local("k")} ${local("half")})`;
  f.line(mul(mul(r, powerOfTwo(local("half"))), powerOfTwo(otherHalf)));
  return f;
}

/**
 * x = 2^k · (1 + m) with √½ ≤ 1 + m < √2, ln(1 + m) = 2 artanh s with s = m/(m + 2), |s| ≤ 0.172: the series to s⁹ is
 * exact to 3e-9. As 2s = m − s·m, it is summed up as m − s·(m − tail), where only the exact m is large. Denormals are
 * scaled up first.
 */
function logarithm(): WatFunction {
  const f = vectorFunction("log", "ln x = k ln 2 + 2 artanh(m/(m + 2)) for x = 2^k · (1 + m)");
  const tiny = `(f32x4.lt ${x} ${splat(2 ** -126)})`;
  f.set(f.local("small", "v128"), tiny);
  f.set(f.local("y", "v128"), choose(local("small"), mul(x, splat(2 ** 24)), x));
  // Bits of √½ taken away make the exponent round where m crosses √2.
  const shifted = `(i32x4.sub ${local("y")} ${whole(0x3f3504f3)})`;
  f.set(f.local("k", "v128"), `(i32x4.shr_s ${shifted} (i32.const 23))`);
  f.set(f.local("m", "v128"), `(i32x4.sub ${local("y")} (i32x4.shl ${local("k")} (i32.const 23)))`);
  f.set("k", `(f32x4.convert_i32x4_s (i32x4.sub ${local("k")} (v128.and ${local("small")} ${whole(24)})))`);
  f.set("m", sub(local("m"), splat(1)));
  f.set(f.local("s", "v128"), div(local("m"), add(local("m"), splat(2))));
  f.set(f.local("q", "v128"), mul(local("s"), local("s")));
  const tail = mul(local("q"), polynomial([2 / 3, 2 / 5, 2 / 7, 2 / 9], local("q")));
  const small = sub(mul(local("k"), splat(ln2Low)), mul(local("s"), sub(local("m"), tail)));
  f.set("m", add(mul(local("k"), splat(ln2High)), add(local("m"), small)));
  f.set("m", choose(`(f32x4.eq ${x} ${splat(0)})`, splat(-Infinity), local("m")));
  f.set("m", choose(`(f32x4.eq ${x} ${splat(Infinity)})`, splat(Infinity), local("m")));
  f.line(choose(`(f32x4.ge ${x} ${splat(0)})`, local("m"), splat(Number.NaN)));
  return f;
}

/** With u = e^{2|x|} − 1 made without cancellation, tanh |x| = u / (u + 2). */
function hyperbolicTangent(): WatFunction {
  const f = vectorFunction("tanh", "u / (u + 2) with u = e^{2|x|} − 1, the sign put back");
  f.set(f.local("y", "v128"), `(f32x4.min ${mul(`(f32x4.abs ${x})`, splat(2))} ${splat(20)})`);
  reduceByLn2(f);
  const r = local("r");
  f.set("r", add(r, mul(mul(r, r), polynomial(exponentialTail, r))));
  f.set(f.local("power", "v128"), powerOfTwo(`(i32x4.trunc_sat_f32x4_s ${local("n")})`));
  f.set(f.local("u", "v128"), add(mul(local("power"), r), sub(local("power"), splat(1))));
  const magnitude = div(local("u"), add(local("u"), splat(2)));
  f.line(`(v128.or ${magnitude} (v128.and ${x} ${whole(-0x80000000)}))`);
  return f;
}

/**
 * Up to 1 the power series of the integral; beyond, 1 − e^{−x²} p(t) with t = 1/(1 + x/2), where p interpolates
 * e^{x²} erfc(x) at the six Chebyshev nodes of 1 ≤ x ≤ 4 (off by at most 9e-9 in erf).
 */
function errorFunction(): WatFunction {
  const f = vectorFunction("erf", "power series up to 1, from the scaled complement beyond");
  const near = Array.from(
    { length: 11 },
    (_, n) => ((n % 2 === 0 ? 1 : -1) * 2) / (Math.sqrt(Math.PI) * factorial(n) * (2 * n + 1)),
  );
  const far = [
    0.00133186229948609, 0.264432356609076, 0.378711441040785, -0.0301791870780477, 0.604472074217172,
    -0.218795737202498,
  ];
  f.set(f.local("a", "v128"), `(f32x4.min (f32x4.abs ${x}) ${splat(4)})`);
  f.set(f.local("q", "v128"), mul(local("a"), local("a")));
  f.set(f.local("t", "v128"), div(splat(1), add(splat(1), mul(local("a"), splat(0.5)))));
  const beyond = sub(splat(1), mul(`(call $exp (f32x4.neg ${local("q")}))`, polynomial(far, local("t"))));
  const within = mul(local("a"), polynomial(near, local("q")));
  f.set("a", choose(`(f32x4.gt ${local("a")} ${splat(1)})`, beyond, within));
  f.line(`(v128.or ${local("a")} (v128.and ${x} ${whole(-0x80000000)}))`);
  return f;
}

function sign(): WatFunction {
  const f = vectorFunction("sign", "−1, 1, or x itself where it is zero or NaN");
  const positive = `(f32x4.gt ${x} ${splat(0)})`;
  const negative = `(f32x4.lt ${x} ${splat(0)})`;
  f.line(choose(positive, splat(1), choose(negative, splat(-1), x)));
  return f;
}
