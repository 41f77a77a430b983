/** CircuitSpec → NormalCircuit: fills defaults, expands shorthand, makes each feedback an error synapse. */
import type {
  CircuitSpec,
  ErrorSpec,
  IntegratorSpec,
  LawSpec,
  LeakSpec,
  LearnConstraintSpec,
  RateSpec,
  StateSpec,
} from "@settle/spec";
import type { FaultList } from "../fault.ts";
import { pointerTo } from "../pointer-to.ts";
import { createChooser, type Chooser } from "./choose-field.ts";
import { normalizeLearning, normalRule, normalSchedule } from "./normalize-learning.ts";
import { normalizeLateral } from "./normalize-lateral.ts";
import { normalPrecision } from "./normal-precision.ts";
import { listOf } from "./learn-constraints.ts";
import { normalActivation } from "./normal-activation.ts";
import { normalizeSynapse } from "./normalize-synapse.ts";
import { normalLaw } from "./normal-weights.ts";
import type {
  Leak,
  NormalCircuit,
  NormalError,
  NormalIntegrator,
  NormalBias,
  NormalStable,
  NormalState,
  Origin,
  Rate,
} from "./normal-circuit.ts";

/** ConvNGC Appendix B (its section 3.1 gives N(5, 0.05)). */
const startLaw: LawSpec = { kind: "normal", mean: 0.5, std: 0.05 };
/** ConvNGC, NGC. */
const paperRate = 0.1;
/** Updates from one estimate of λmax to the next. An estimate costs some 14 steps: about 1 % of updates of 60 steps. */
const boundEvery = 20;
/** A rate must not lag behind: nothing else holds β·λmax down. */
const autoEvery = 10;
export function normalize(spec: CircuitSpec, faults: FaultList): NormalCircuit {
  const origins = new Map<string, Origin>();
  const choose = createChooser(origins);
  const byId = <T>(parts: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
    Object.entries(parts).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

  const states = byId(spec.states).map(([id, state]) => normalizeState(id, state, spec, choose));
  const errors = byId(spec.errors).map(([id, error]) => normalizeError(id, error, spec, choose, faults));
  const pairs = byId(spec.synapses).map(([id, synapse]) => normalizeSynapse(id, synapse, spec, choose, faults));
  const errorSynapses = pairs.flatMap((pair) => (pair.feedback === undefined ? [] : [pair.feedback]));
  const laterals = byId(spec.laterals ?? {}).map(([id, lateral]) => normalizeLateral(id, lateral, choose));
  const settle = spec.settle ?? {};
  const learn = spec.learn ?? {};
  const at = (place: string) => `/settle/${place}`;
  const tolerance = settle.tolerance;
  const stable = stableOf(learn.constraint, faults);
  return {
    name: spec.name,
    ...(spec.title === undefined ? {} : { title: spec.title }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    sources: spec.sources ?? [],
    states,
    errors,
    synapses: pairs.map((pair) => pair.synapse),
    errorSynapses,
    laterals,
    settle: {
      steps: choose(at("steps"), [[settle.steps, at("steps")]], 60),
      integrator: normalIntegrator(choose(at("integrator"), [[settle.integrator, at("integrator")]], "euler")),
      start: choose(at("start"), [[settle.start, at("start")]], "projection"),
      ...(typeof settle.rate === "object"
        ? { auto: { margin: settle.rate.auto, every: autoEvery, initial: paperRate } }
        : {}),
      ...(tolerance === undefined
        ? {}
        : { tolerance: choose(at("tolerance"), [[tolerance, at("tolerance")]], tolerance) }),
      patience: choose(at("patience"), [[settle.patience, at("patience")]], 3),
      errors: choose(at("errors"), [[settle.errors, at("errors")]], "fresh"),
    },
    learn: {
      ...(stable === undefined ? {} : { stable }),
      rule: normalRule(choose("/learn/rule", [[learn.rule, "/learn/rule"]], "adam")),
      schedule: normalSchedule(choose("/learn/schedule", [[learn.schedule, "/learn/schedule"]], "constant")),
      rate: choose("/learn/rate", [[learn.rate, "/learn/rate"]], 0.001),
      batch: choose("/learn/batch", [[learn.batch, "/learn/batch"]], 100),
    },
    origins,
  };
}

function normalizeState(id: string, state: StateSpec, spec: CircuitSpec, choose: Chooser): NormalState {
  const defaults = spec.defaults?.state ?? {};
  const own = pointerTo("states", id);
  const field = <K extends Extract<keyof typeof defaults & keyof StateSpec, string>>(key: K) =>
    [
      [state[key], `${own}/${key}`],
      [defaults[key], `/defaults/state/${key}`],
    ] as const;
  return {
    id,
    ...(state.shape === undefined ? {} : { shape: state.shape }),
    ...(state.channels === undefined ? {} : { channels: state.channels }),
    activation: normalActivation(choose(`${own}/activation`, field("activation"), "identity")),
    derivative: choose(`${own}/derivative`, field("derivative"), false),
    rate: normalRate(
      choose(`${own}/rate`, [...field("rate"), [spec.settle?.rate, "/settle/rate"]], paperRate as RateSpec),
    ),
    leak: normalLeak(choose(`${own}/leak`, [...field("leak"), [spec.settle?.leak, "/settle/leak"]], 0)),
    prior: { strength: 0.01, ...choose(`${own}/prior`, field("prior"), { kind: "none" as const }) },
    initial: normalLaw(choose(`${own}/initial`, field("initial"), startLaw)),
    ...(state.observed === undefined ? {} : { observed: state.observed }),
  };
}

function normalizeError(
  id: string,
  error: ErrorSpec,
  spec: CircuitSpec,
  choose: Chooser,
  faults: FaultList,
): NormalError {
  const defaults = spec.defaults?.error ?? {};
  const own = pointerTo("errors", id);
  const bias = choose(
    `${own}/bias`,
    [
      [error.bias, `${own}/bias`],
      [defaults.bias, "/defaults/error/bias"],
    ],
    false,
  );
  const precision = choose(
    `${own}/precision`,
    [
      [error.precision, `${own}/precision`],
      [defaults.precision, "/defaults/error/precision"],
    ],
    undefined,
  );
  if (precision?.kind === "full" && precision.sigma !== undefined && precision.covariance !== undefined) {
    const place = error.precision === undefined ? "/defaults/error/precision" : `${own}/precision`;
    faults.report({
      code: "normalize/sigma-and-covariance",
      pointer: `${place}/sigma`,
      at: "key",
      message: `The precision of "${id}" has both standard deviations and a covariance.`,
      help: "keep the covariance; sigma is short for a diagonal one.",
      repair: [{ op: "remove", path: `${place}/sigma` }],
    });
  }
  return {
    id,
    target: error.target,
    compares: choose(
      `${own}/compares`,
      [
        [error.compares, `${own}/compares`],
        [defaults.compares, "/defaults/error/compares"],
      ],
      "state",
    ),
    output: normalActivation(
      choose(
        `${own}/output`,
        [
          [error.output, `${own}/output`],
          [defaults.output, "/defaults/error/output"],
        ],
        "identity",
      ),
    ),
    ...(bias === false ? {} : { bias: normalizeBias(id, error, spec, choose) }),
    ...(precision === undefined ? {} : { precision: normalPrecision(precision) }),
  };
}

function normalizeBias(id: string, error: ErrorSpec, spec: CircuitSpec, choose: Chooser): NormalBias {
  const places = [
    [error.bias, pointerTo("errors", id, "bias")],
    [spec.defaults?.error?.bias, "/defaults/error/bias"],
  ] as const;
  const own = pointerTo("errors", id, "bias");
  const inside = places.map(([bias, pointer]) => [typeof bias === "object" ? bias : undefined, pointer] as const);
  const overrides = inside.map(([bias, pointer]) => ({ learn: bias?.learn, pointer: `${pointer}/learn` }));
  const laws = inside.map(([bias, pointer]) => [bias?.initial, `${pointer}/initial`] as const);
  return {
    initial: normalLaw(choose(`${own}/initial`, laws, { kind: "zeros" as const })),
    learning: normalizeLearning(`${own}/learn`, overrides, { spec, choose, decay: false }),
  };
}

const normalLeak = (leak: number | LeakSpec): Leak =>
  typeof leak === "number" ? { rate: leak, scaled: false } : { rate: leak.rate, scaled: leak.scaled ?? false };

const normalRate = (rate: RateSpec): Rate => (typeof rate === "number" ? rate : "auto");

/** The part of `learn.constraint` that concerns the circuit as a whole. */
function stableOf(written: LearnConstraintSpec | undefined, faults: FaultList): NormalStable | undefined {
  const list = listOf(written);
  list.forEach((constraint, index) => {
    const { kind } = constraint;
    const first = list.findIndex((each) => each.kind === kind);
    if (kind === "none" || first === index) return;
    const same = JSON.stringify(constraint) === JSON.stringify(list[first]);
    faults.report({
      code: "normalize/constraint-twice",
      pointer: `/learn/constraint/${index}`,
      message: `The list of constraints names "${kind}" twice.`,
      help: "keep one; a synapse may have a max-norm of its own, in its `learn`.",
      ...(same && { repair: [{ op: "remove", path: `/learn/constraint/${index}` }] }),
    });
  });
  const stable = list.find((each) => each.kind === "stable");
  return stable === undefined ? undefined : { bound: stable.bound, every: stable.every ?? boundEvery };
}

function normalIntegrator(integrator: IntegratorSpec["kind"] | IntegratorSpec): NormalIntegrator {
  const full = typeof integrator === "string" ? ({ kind: integrator } as IntegratorSpec) : integrator;
  switch (full.kind) {
    case "euler":
    case "heun":
    case "rk4":
      return { kind: full.kind };
    case "momentum":
      return { kind: "momentum", factor: full.factor, nesterov: full.nesterov ?? false };
    case "adaptive":
      return {
        kind: "adaptive",
        tolerance: full.tolerance ?? 0.001,
        initial: full.initial ?? 1,
        largest: full.largest ?? 100,
      };
    default:
      return full satisfies never;
  }
}
