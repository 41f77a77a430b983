/**
 * From the format of the conformance files to the circuit language.
 *
 * | fixture | circuit |
 * |---|---|
 * | `leaky_relu`, `hard_tanh`, … | `leaky-relu`, `hard-tanh`, … |
 * | `leak`, `leakScaled` | `leak: { rate, scaled }` |
 * | `mode` clamped, released, masked; latent | observed, with the mode given to `compile`; not observed |
 * | `targetForm` | `compares` |
 * | `precision.diagonal` | a diagonal precision that whitens |
 * | `op` with `errorWeights`, `lambda` | `feedback: separate`; the tensor goes into the error synapse's buffer |
 * | `feedback: none`; neither | `feedback: none`; `tied` |
 * | `stages`, `skip` | a `block`; its tensors are `R1/0`, `error:R1/0`, … |
 * | `method` | `settle.integrator` |
 * | `afterFirstAdamStep` | `learn`: rule, rate and the constraint of each synapse |
 *
 * Lateral synapses and full precision have no words in the language yet: such a fixture is reported with the
 * reason, and never counts as passed.
 */
import type { Diagnostic } from "@settle/diagnostics";
import type { Mode } from "@settle/program";
import type {
  BlockSpec,
  CircuitSpec,
  ConstraintSpec,
  ErrorSpec,
  IntegratorSpec,
  PrecisionSpec,
  StageSpec,
  StateSpec,
  SynapseSpec,
} from "@settle/spec";

import { contradictions } from "./contradictions.ts";
import type { Fixture } from "./fixture.ts";
import { parseFixture } from "./parse-fixture.ts";
import type { Tensor } from "./tensor.ts";
import { activationNames, isPrior, outputNames, unsupportedParts } from "./unsupported-parts.ts";

/** A fixture in the words of Settle. Parameters are named by their buffers: `W1`, `error:W1`, `bias:e0`. */
export interface TranslatedFixture {
  readonly kind: "translated";
  readonly name: string;
  readonly spec: CircuitSpec;
  readonly modes: Readonly<Record<string, Mode>>;
  readonly batch: number;
  /** Initial states, `[batch, ...shape]`, by state. */
  readonly states: Readonly<Record<string, Tensor>>;
  /** 1 where clamped, `[batch, ...shape]`, by state. */
  readonly masks: Readonly<Record<string, Tensor>>;
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly expected: Expectation;
}

export interface Expectation {
  /** In order of steps; the last is the final one. */
  readonly snapshots: readonly Snapshot[];
  /** Of each error node at the end: ½‖e‖², mean over the batch. */
  readonly discrepancy: Readonly<Record<string, number>>;
  /** What a parameter moves along: mean over the batch. */
  readonly deltas: Readonly<Record<string, Tensor>>;
  /** After one update by the circuit's own rule, from moments of 0. */
  readonly updated: Readonly<Record<string, Tensor>>;
}

/** After `steps` corrections: the states, and the predictions and errors they make. */
export interface Snapshot {
  readonly steps: number;
  readonly states: Readonly<Record<string, Tensor>>;
  readonly predictions: Readonly<Record<string, Tensor>>;
  readonly errors: Readonly<Record<string, Tensor>>;
}

export type Translation =
  | TranslatedFixture
  | { readonly kind: "unsupported"; readonly name: string; readonly reason: string }
  | { readonly kind: "damaged"; readonly name: string; readonly diagnostics: readonly Diagnostic[] };

/**
 * @param json  a parsed conformance file
 * @param file  its name, for diagnostics; also the fixture's name where the file holds none
 */
export function translateFixture(json: unknown, file: string): Translation {
  const name = nameOf(json) ?? file;
  const parsed = parseFixture(json, file);
  switch (parsed.kind) {
    case "damaged":
      return { kind: "damaged", name, diagnostics: parsed.diagnostics };
    case "unknown-fields":
      return { kind: "unsupported", name, reason: `it has fields without a translation: ${parsed.fields.join(", ")}` };
    case "fixture": {
      const { fixture } = parsed;
      const missing = unsupportedParts(fixture);
      if (missing.length > 0) {
        return { kind: "unsupported", name, reason: `the circuit language has no ${missing.join(", no ")} yet` };
      }
      const faults = contradictions(fixture, file);
      if (faults.length > 0) return { kind: "damaged", name, diagnostics: faults };
      return translate(fixture);
    }
    default:
      return parsed satisfies never;
  }
}

function translate(fixture: Fixture): TranslatedFixture {
  const { circuit, name, batch } = fixture;
  const modes: Record<string, Mode> = {};
  for (const [id, { mode }] of Object.entries(circuit.states)) if (mode !== "latent") modes[id] = mode;
  return {
    kind: "translated",
    name,
    spec: {
      version: 1,
      name,
      states: mapValues(circuit.states, stateSpec),
      errors: mapValues(circuit.errors, errorSpec),
      synapses: mapValues(circuit.synapses, (synapse, id) =>
        synapseSpec(synapse, fixture.afterFirstAdamStep.constraint[id]),
      ),
      laterals: mapValues(circuit.laterals, ({ from, to, matrix }) => ({ kind: "matrix", from, to, values: matrix })),
      settle: { steps: fixture.steps, integrator: integratorSpec(circuit.method) },
      learn: learnSpec(fixture),
    },
    modes,
    batch,
    states: fixture.initialStates,
    masks: circuit.masks,
    parameters: parametersOf(fixture),
    expected: expectationOf(fixture),
  };
}

type FixtureState = Fixture["circuit"]["states"][string];
type FixtureError = Fixture["circuit"]["errors"][string];
type FixtureSynapse = Fixture["circuit"]["synapses"][string];
type FixtureActivation = FixtureState["activation"];
type Constraint = Fixture["afterFirstAdamStep"]["constraint"][string];

function activationSpec<Name extends string>(
  { kind, slope }: FixtureActivation,
  names: Readonly<Record<string, Name>>,
): Name | "identity" | { readonly kind: "leaky-relu"; readonly slope: number } {
  const name = names[kind] ?? "identity";
  return name === "leaky-relu" && slope !== undefined ? { kind: "leaky-relu", slope } : name;
}

function stateSpec(state: FixtureState, id: string): StateSpec {
  const { kind, strength } = state.prior;
  return {
    shape: state.shape,
    activation: activationSpec(state.activation, activationNames),
    derivative: state.derivative,
    rate: state.rate,
    leak: { rate: state.leak, scaled: state.leakScaled },
    ...(isPrior(kind) ? { prior: strength === undefined ? { kind } : { kind, strength } } : {}),
    ...(state.mode === "latent" ? {} : { observed: { data: id } }),
  };
}

function errorSpec(error: FixtureError): ErrorSpec {
  return {
    target: error.target,
    compares: error.targetForm,
    output: activationSpec(error.output, outputNames),
    bias: error.bias !== undefined,
    ...(error.precision === undefined ? {} : { precision: precisionSpec(error.precision) }),
  };
}

function precisionSpec({ sigma }: NonNullable<FixtureError["precision"]>): PrecisionSpec {
  const rows = sigma.filter((entry) => Array.isArray(entry));
  if (rows.length > 0) return { kind: "full", covariance: rows, apply: "whiten" };
  return { kind: "diagonal", sigma: sigma.filter((entry) => typeof entry === "number"), apply: "whiten" };
}

function synapseSpec(synapse: FixtureSynapse, constraint: Constraint | undefined): SynapseSpec {
  const { op, lambda } = synapse;
  const feedback: SynapseSpec["feedback"] & {} =
    synapse.errorWeights === undefined
      ? (synapse.feedback ?? "tied")
      : ({ kind: "separate", ...(lambda === undefined ? {} : { lambda }) } as const);
  const base = {
    from: synapse.from,
    to: synapse.to,
    coefficient: synapse.coefficient,
    feedback,
    ...(constraint === undefined ? {} : { learn: { constraint: constraintSpec(constraint) } }),
  };
  if (synapse.stages !== undefined) return blockSpec(synapse, base);
  if (op?.kernel === undefined || (op.kind !== "conv2d" && op.kind !== "deconv2d")) return { ...base, kind: "dense" };
  const { kind, kernel, stride = [1, 1], padding = "same" } = op;
  return { ...base, kind, kernel, stride, padding };
}

/** Tensors of a stage have the layout of those of a synapse. */
function blockSpec(synapse: FixtureSynapse, base: Omit<BlockSpec, "kind">): BlockSpec {
  const stages = (synapse.stages ?? []).map(({ op, outShape, errorWeights, pool, activation }): StageSpec => {
    const { kernel, stride = [1, 1], padding = "same" } = op;
    const rest = {
      shape: outShape,
      ...(pool === undefined ? {} : { pool }),
      ...(activation === undefined ? {} : { activation: activationSpec(activation, activationNames) }),
      feedback:
        errorWeights === undefined
          ? ("tied" as const)
          : { kind: "separate" as const, ...(synapse.lambda === undefined ? {} : { lambda: synapse.lambda }) },
    };
    if (kernel === undefined || (op.kind !== "conv2d" && op.kind !== "deconv2d")) return { kind: "dense", ...rest };
    return { kind: op.kind, kernel, stride, padding, ...rest };
  });
  return { ...base, kind: "block", stages, ...(synapse.skip === undefined ? {} : { skip: synapse.skip }) };
}

function integratorSpec({ kind, factor = 0, nesterov = false }: Fixture["circuit"]["method"]): IntegratorSpec {
  if (kind === "momentum") return { kind, factor, nesterov };
  return { kind: kind === "heun" || kind === "rk4" ? kind : "euler" };
}

function constraintSpec(over: Constraint): ConstraintSpec {
  return over === "none" ? { kind: "none" } : { kind: "max-norm", over, bound: 1 };
}

function learnSpec({ afterFirstAdamStep, batch }: Fixture): NonNullable<CircuitSpec["learn"]> {
  const { epsilon, learningRate, constraint } = afterFirstAdamStep;
  return {
    rule: { kind: "adam", beta1: 0.9, beta2: 0.999, epsilon },
    rate: learningRate,
    constraint: constraintSpec(constraint["*"] ?? "none"),
    batch,
  };
}

function parametersOf({ circuit }: Fixture): Record<string, Tensor> {
  const parameters: Record<string, Tensor> = {};
  for (const [id, { weights, errorWeights, stages = [] }] of Object.entries(circuit.synapses)) {
    for (const [index, stage] of stages.entries()) {
      parameters[`${id}/${index}`] = stage.weights;
      if (stage.errorWeights !== undefined) parameters[`error:${id}/${index}`] = stage.errorWeights;
    }
    if (weights !== undefined) parameters[id] = weights;
    if (errorWeights !== undefined) parameters[`error:${id}`] = errorWeights;
  }
  for (const [id, { bias }] of Object.entries(circuit.errors)) if (bias !== undefined) parameters[`bias:${id}`] = bias;
  return parameters;
}

function expectationOf({ afterStep, final, steps, deltas, afterFirstAdamStep }: Fixture): Expectation {
  const { discrepancy, discrepancyOrder, ...last } = final;
  const along = Object.entries(afterStep).map(([count, snapshot]) => ({ steps: Number(count), ...snapshot }));
  return {
    snapshots: [...along, { steps, ...last }].toSorted((a, b) => a.steps - b.steps),
    discrepancy: Object.fromEntries(discrepancyOrder.map((id, k) => [id, discrepancy[k] ?? Number.NaN])),
    deltas: {
      ...deltas.weights,
      ...prefixed("error:", deltas.errorWeights),
      ...prefixed("bias:", deltas.bias),
    },
    updated: afterFirstAdamStep.weights,
  };
}

const prefixed = (prefix: string, tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([id, tensor]) => [`${prefix}${id}`, tensor]));

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  into: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, into(value, key)]));
}

function nameOf(json: unknown): string | undefined {
  const name = typeof json === "object" && json !== null && "name" in json ? json.name : undefined;
  return typeof name === "string" ? name : undefined;
}
