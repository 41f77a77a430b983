/**
 * What β·λ must stay below for settling to be stable, by the integrator.
 *
 * A deviation z along an eigenvector moves by f(z) = −a·z, a = β·λ. Euler and Heun multiply it by 1 − a and 1 − a + a²/2:
 * below 1 in size for a < 2. RK4's polynomial is below 1 up to 2.7853. Momentum gives r² − (1 + m − a)·r + m = 0, whose
 * roots lie inside the unit circle for a < 2(1 + m); with Nesterov's point r² − (1 − a)(1 + m)·r + (1 − a)·m = 0, for
 * a < 2(1 + m)/(1 + 2m). For real eigenvalues λ > 0, as where the corrections are a gradient.
 *
 * @returns nothing for adaptive steps, which hold themselves within their range
 * @source Polyak1964, Nesterov1983
 */
import type { NormalIntegrator } from "./normal-circuit.ts";

export function stableRange(integrator: NormalIntegrator): number | undefined {
  switch (integrator.kind) {
    case "euler":
    case "heun":
      return 2;
    case "rk4":
      return 2.785293563405282;
    case "momentum": {
      const { factor: m, nesterov } = integrator;
      return nesterov ? (2 * (1 + m)) / (1 + 2 * m) : 2 * (1 + m);
    }
    case "adaptive":
      return undefined;
    default:
      return integrator satisfies never;
  }
}
