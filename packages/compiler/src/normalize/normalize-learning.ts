/** How parameters learn: what a synapse or bias says itself, then the circuit's `learn`, then the defaults. */
import type { CircuitSpec, LearnSpec, RuleSpec, ScheduleSpec } from "@settle/spec";
import type { Chooser } from "./choose-field.ts";
import type { NormalLearning, NormalRule, NormalSchedule } from "./normal-circuit.ts";

/** What a synapse or bias may say of its own learning, with the pointer it was read from. */
export interface LearnOverride {
  readonly learn: boolean | Overrides | undefined;
  readonly pointer: string;
}

interface Overrides {
  readonly rule?: LearnSpec["rule"];
  readonly rateFactor?: number;
  readonly decay?: number;
}

/**
 * @param place      pointer under which the origins are kept: `/synapses/W1/learn`
 * @param overrides  nearest first
 * @param decay      whether `learn.decay` counts: of weights it does, of biases not
 */
export function normalizeLearning(
  place: string,
  overrides: readonly LearnOverride[],
  { spec, choose, decay }: { readonly spec: CircuitSpec; readonly choose: Chooser; readonly decay: boolean },
): NormalLearning {
  const candidates = <K extends keyof Overrides>(key: K) =>
    overrides.map(
      ({ learn, pointer }) => [typeof learn === "object" ? learn[key] : undefined, `${pointer}/${key}`] as const,
    );
  return {
    learns:
      choose(
        place,
        overrides.map(({ learn, pointer }) => [learn, pointer] as const),
        true,
      ) !== false,
    rule: normalRule(
      choose(`${place}/rule`, [...candidates("rule"), [spec.learn?.rule, "/learn/rule"]], "adam" as const),
    ),
    rateFactor: choose(`${place}/rateFactor`, candidates("rateFactor"), 1),
    decay: choose(
      `${place}/decay`,
      [...candidates("decay"), [decay ? spec.learn?.decay : undefined, "/learn/decay"]],
      0,
    ),
  };
}

export function normalRule(rule: RuleSpec["kind"] | RuleSpec): NormalRule {
  const full = typeof rule === "string" ? ({ kind: rule } as RuleSpec) : rule;
  switch (full.kind) {
    case "adam":
      return {
        kind: "adam",
        beta1: full.beta1 ?? 0.9,
        beta2: full.beta2 ?? 0.999,
        epsilon: full.epsilon ?? 1e-8,
      };
    case "sgd":
      return { kind: "sgd" };
    case "momentum":
    case "nag":
      return { kind: full.kind, factor: full.factor ?? 0.9 };
    case "normalized":
      return { kind: "normalized", epsilon: full.epsilon ?? 1e-8 };
    default:
      return full satisfies never;
  }
}

export function normalSchedule(schedule: ScheduleSpec["kind"] | ScheduleSpec): NormalSchedule {
  const full = typeof schedule === "string" ? ({ kind: schedule } as ScheduleSpec) : schedule;
  const warmup = full.warmup ?? 0;
  switch (full.kind) {
    case "constant":
      return { kind: "constant", warmup };
    case "linear":
    case "cosine":
      return { kind: full.kind, warmup, from: full.from ?? warmup, final: full.final ?? 0 };
    case "step":
      return { kind: "step", warmup, every: full.every, factor: full.factor ?? 0.1 };
    default:
      return full satisfies never;
  }
}
