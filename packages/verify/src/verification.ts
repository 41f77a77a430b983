/** What `settle verify` found. */

/** A comparison of two numbers or tensors that should agree. */
export interface Check {
  readonly what: string;
  /** Relative to the largest number compared; null if something was not finite. */
  readonly maxRelativeError: number | null;
  readonly tolerance: number;
  readonly ok: boolean;
}

/** A reason why a rule is not the gradient it could be. */
export interface Departure {
  readonly kind:
    | "no-derivative"
    | "separate-feedback"
    | "no-feedback"
    | "output-slope"
    | "whitened"
    | "error-pathway"
    | "lateral"
    | "two-energies";
  readonly message: string;
}

/** The correction of one state, or the Δ of one parameter. */
export interface RuleVerdict {
  /** State or parameter. */
  readonly id: string;
  /** The rule as the compiler prints it. */
  readonly rule: string;
  /** Whether the rule as written is −∂E with E as `energies` says. */
  readonly gradient: boolean;
  /** Of a learning rule: the energy of its own that it descends instead. */
  readonly descends?: string;
  /** Why not; empty for a gradient. */
  readonly departures: readonly Departure[];
  /** The rule against finite differences: as written, or with its departures undone; absent where that cannot be. */
  readonly check?: Check;
  /** What cannot be checked so, against the formula that the language states, computed apart from the compiler. */
  readonly formulas: readonly Check[];
  /** Degrees between the rule as written and the one with its departures undone, at the point of the check. */
  readonly angle?: number;
}

/** What the rules of an error node descend. */
export interface EnergyVerdict {
  readonly error: string;
  /** Its discrepancy itself, or something else that the message names. */
  readonly kind: "discrepancy" | "matching-loss" | "standardized" | "none";
  readonly message: string;
}

export type EquilibriumVerdict =
  | {
      readonly kind: "checked";
      /** Entries of all states that move. */
      readonly unknowns: number;
      /** Directions in which nothing pulls: the equilibrium is one of many. */
      readonly free: number;
      readonly steps: number;
      readonly check: Check;
    }
  | { readonly kind: "not-checked"; readonly reason: string };

export interface EngineVerdict {
  readonly name: string;
  readonly device?: string;
  readonly checks: readonly Check[];
  /** Why it was not compared. */
  readonly skipped?: string;
}

export interface Verification {
  readonly circuit: string;
  readonly hash: string;
  readonly seed: number;
  /** Everything that should hold does. */
  readonly ok: boolean;
  readonly energies: readonly EnergyVerdict[];
  readonly corrections: readonly RuleVerdict[];
  readonly learning: readonly RuleVerdict[];
  /** Other forces and rules, in words: priors, leaks, error synapses that follow another's Δ. */
  readonly remarks: readonly string[];
  readonly equilibrium: EquilibriumVerdict;
  readonly engines: readonly EngineVerdict[];
}

/** @returns whether every check passed */
export function passes({ corrections, learning, equilibrium, engines }: Omit<Verification, "ok">): boolean {
  const checks = [
    ...[...corrections, ...learning].flatMap(({ check, formulas }) => [
      ...(check === undefined ? [] : [check]),
      ...formulas,
    ]),
    ...(equilibrium.kind === "checked" ? [equilibrium.check] : []),
    ...engines.flatMap((engine) => engine.checks),
  ];
  return checks.every(({ ok }) => ok);
}

export const checkOf = (what: string, maxRelativeError: number | null, tolerance: number): Check => ({
  what,
  maxRelativeError,
  tolerance,
  ok: maxRelativeError !== null && maxRelativeError <= tolerance,
});
