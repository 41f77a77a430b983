/** A NormalCircuit as text, each field with where its value comes from. */
import { printLaw, printNumber } from "@settle/program";
import type { SourceText } from "@settle/spec";
import { pointerTo } from "../pointer-to.ts";
import { printOrigin } from "./print-origin.ts";
import { stableRange } from "./stable-range.ts";
import type {
  NormalCircuit,
  NormalConstraint,
  NormalLearning,
  NormalMask,
  NormalOperation,
  NormalOutput,
  NormalPrecision,
  NormalSkip,
  NormalStable,
  NormalStage,
} from "./normal-circuit.ts";

/** @param source  what the circuit was read from: then each field that the user wrote says its line */
export function printNormal(circuit: NormalCircuit, source?: SourceText): string {
  const lines: string[] = [`circuit ${circuit.name}`];
  const field = (place: string, name: string, value: string): void => {
    const note = printOrigin(place, circuit.origins, source);
    lines.push(`    ${name.padEnd(12)}${value.padEnd(note === "" ? 0 : 32)}${note === "" ? "" : ` # ${note}`}`);
  };
  const printLearning = (place: string, { learns, rule, rateFactor, decay }: NormalLearning): void => {
    field(place, "learns", String(learns));
    if (!learns) return;
    field(`${place}/rule`, "rule", printFields(rule));
    field(`${place}/rateFactor`, "rate factor", printNumber(rateFactor));
    field(`${place}/decay`, "decay", printNumber(decay));
  };
  lines.push("", "states");
  for (const state of circuit.states) {
    const own = pointerTo("states", state.id);
    lines.push(`  ${state.id}`);
    if (state.shape !== undefined) field(`${own}/shape`, "shape", `[${state.shape.join(", ")}]`);
    if (state.channels !== undefined) field(`${own}/channels`, "channels", String(state.channels));
    if (state.observed !== undefined) field(`${own}/observed`, "observed", state.observed.data);
    field(`${own}/activation`, "activation", printFunction(state.activation));
    field(`${own}/derivative`, "derivative", String(state.derivative));
    field(`${own}/rate`, "rate", state.rate === "auto" ? "auto" : printNumber(state.rate));
    field(`${own}/leak`, "leak", `${printNumber(state.leak.rate)}${state.leak.scaled ? ", scaled" : ""}`);
    field(
      `${own}/prior`,
      "prior",
      state.prior.kind === "none" ? "none" : `${state.prior.kind} ${state.prior.strength}`,
    );
    field(`${own}/initial`, "initial", printLaw(state.initial));
  }
  lines.push("", "errors");
  for (const error of circuit.errors) {
    const own = pointerTo("errors", error.id);
    lines.push(`  ${error.id}`);
    field(`${own}/target`, "target", error.target);
    field(`${own}/compares`, "compares", error.compares);
    field(`${own}/output`, "output", printFunction(error.output));
    field(`${own}/bias`, "bias", error.bias === undefined ? "none" : printLaw(error.bias.initial));
    if (error.bias !== undefined) printLearning(`${own}/bias/learn`, error.bias.learning);
    if (error.precision !== undefined) {
      field(`${own}/precision`, "precision", printPrecision(error.precision));
    }
  }
  lines.push("", "synapses");
  for (const synapse of circuit.synapses) {
    const own = pointerTo("synapses", synapse.id);
    lines.push(`  ${synapse.id}`);
    field(`${own}/from`, "from", synapse.from);
    field(`${own}/to`, "to", synapse.to);
    field(`${own}/kind`, "kind", synapse.kind);
    const { kernel, stride, padding, groups, local, operation, weights, mask, block } = synapse;
    if (operation !== undefined) field(`${own}/operation`, "operation", operation);
    const taps = synapse.kind === "pool" ? "size" : synapse.kind === "upsample" ? "factor" : "kernel";
    if (kernel !== undefined) field(`${own}/${taps}`, taps, kernel.join("×"));
    if (synapse.kind !== "upsample") {
      if (stride !== undefined) field(`${own}/stride`, "stride", stride.join("×"));
      if (padding !== undefined) field(`${own}/padding`, "padding", padding);
    }
    if (groups !== undefined) field(`${own}/groups`, "groups", String(groups));
    if (local !== undefined) field(`${own}/local`, "local", String(local));
    field(`${own}/coefficient`, "coefficient", printNumber(synapse.coefficient));
    if (block !== undefined) {
      field(`${own}/credit`, "credit", block.credit);
      field(`${own}/poolBypass`, "pool bypass", block.poolBypass);
      field(`${own}/skip`, "skip", printSkip(block.skip));
      for (const stage of block.stages) lines.push(...printStage(stage));
    } else if (weights !== undefined) {
      field(`${own}/weights`, "weights", `those of ${weights}`);
    } else if (synapse.kind !== "pool" && synapse.kind !== "upsample") {
      field(`${own}/initial`, "initial", printLaw(synapse.initial));
      if (mask !== undefined) field(`${own}/mask`, "mask", printMask(mask));
      printLearning(`${own}/learn`, synapse.learning);
      field(`${own}/learn/constraint`, "constraint", printConstraint(synapse.constraint));
    }
  }
  lines.push("", "error synapses");
  for (const { twin, from, to, weights } of circuit.errorSynapses) {
    lines.push(`  ${twin}`);
    const kind =
      weights.kind === "tied" ? "tied" : `separate, λ ${printNumber(weights.lambda)}, ${printLaw(weights.initial)}`;
    field(`${pointerTo("synapses", twin)}/feedback`, "feedback", `${from} → ${to}, ${kind}`);
  }
  if (circuit.laterals.length > 0) lines.push("", "laterals");
  for (const { id, from, to, weights } of circuit.laterals) {
    const own = pointerTo("laterals", id);
    lines.push(`  ${id}`);
    field(`${own}/from`, "from", from);
    field(`${own}/to`, "to", to);
    field(`${own}/kind`, "kind", weights.kind);
    switch (weights.kind) {
      case "groups":
        field(`${own}/size`, "size", String(weights.size));
        field(`${own}/excite`, "excite", printNumber(weights.excite));
        field(`${own}/inhibit`, "inhibit", printNumber(weights.inhibit));
        break;
      case "matrix":
        field(`${own}/values`, "values", `${weights.values.length}×${weights.values[0]?.length ?? 0}, given`);
        break;
      case "dense":
      case "conv2d":
        if (weights.kind === "conv2d") field(`${own}/kernel`, "kernel", weights.kernel.join("×"));
        field(`${own}/initial`, "initial", printLaw(weights.initial));
        field(`${own}/follows`, "follows", printFields(weights.follows));
        field(`${own}/learn`, "learns", String(weights.learns));
        field(`${own}/learn/constraint`, "constraint", printConstraint(weights.constraint));
        break;
      default:
        weights satisfies never;
    }
  }
  const { settle, learn } = circuit;
  lines.push("", "settle");
  field("/settle/steps", "steps", String(settle.steps));
  field("/settle/integrator", "integrator", printFields(settle.integrator));
  field("/settle/start", "start", settle.start);
  field("/settle/errors", "errors", settle.errors);
  if (settle.auto !== undefined) {
    const { margin, every, initial } = settle.auto;
    const auto = `${printNumber(margin * (stableRange(settle.integrator) ?? 2))}/λmax, every ${every} updates; ${printNumber(initial)} before`;
    field("/settle/rate", "rate", auto);
  }
  if (settle.tolerance !== undefined) {
    field("/settle/tolerance", "tolerance", printNumber(settle.tolerance));
    field("/settle/patience", "patience", String(settle.patience));
  }
  lines.push("", "learn");
  if (learn.stable !== undefined) field("/learn/constraint", "stable", printStable(learn.stable));
  field("/learn/rule", "rule", printFields(learn.rule));
  field("/learn/rate", "rate", printNumber(learn.rate));
  field("/learn/schedule", "schedule", printFields(learn.schedule));
  field("/learn/batch", "batch", String(learn.batch));
  return `${lines.join("\n")}\n`;
}

function printStage(stage: NormalStage): readonly string[] {
  const { id, pool, activation, upsample, errorWeights, channels, shape, mask } = stage;
  const window = ({ operation, kernel, stride }: NormalOperation): string =>
    `${operation} pool ${kernel?.join("×")}, stride ${stride?.join("×")}`;
  const parts = [
    printOperation(stage),
    ...(shape === undefined ? [] : [`makes [${shape.join(", ")}]`]),
    ...(channels === undefined ? [] : [`${channels} channels`]),
    ...(pool === undefined ? [] : [window(pool)]),
    ...(activation.kind === "identity" ? [] : [printFunction(activation)]),
    ...(upsample === undefined ? [] : [`upsampled ${upsample.kernel?.join("×")}`]),
  ];
  const tensor = [
    printLaw(stage.initial),
    ...(mask === undefined ? [] : [printMask(mask)]),
    stage.learning.learns ? `learns, ${printConstraint(stage.constraint)}` : "does not learn",
    errorWeights.kind === "tied" ? "tied" : `separate, λ ${printNumber(errorWeights.lambda)}`,
  ];
  return [`    stage ${id}`, `      ${parts.join("; ")}`, `      ${tensor.join("; ")}`];
}

function printOperation({ kind, kernel, stride, padding, groups, local }: NormalOperation): string {
  if (kernel === undefined) return kind;
  const more = [...(groups === undefined ? [] : [`${groups} groups`]), ...(local === true ? ["local"] : [])];
  return [`${kind} ${kernel.join("×")}`, `stride ${stride?.join("×")}`, padding, ...more].join(", ");
}

const printSkip = ({ kind, feedback }: NormalSkip): string =>
  kind === "none" ? kind : `${kind}, ${feedback ? "with" : "without"} feedback`;

const printMask = (mask: NormalMask): string =>
  mask.kind === "values"
    ? `${mask.values.filter((value) => value === 1).length} of ${mask.values.length}, given`
    : `density ${printNumber(mask.density)}${mask.seed === undefined ? "" : `, seed ${mask.seed}`}`;

/** `leaky-relu, slope 0.2`. */
const printFunction = (activation: NormalOutput): string => printFields(activation);

const printConstraint = (constraint: NormalConstraint): string => printFields(constraint);

function printPrecision({ kind, sigma, covariance, apply, learn }: NormalPrecision): string {
  const numbers =
    covariance === undefined ? `σ ${sigma.join(", ")}` : `Σ ${covariance.length}×${covariance.length}, given`;
  const learning = learn === undefined ? "" : `, learned, variances at least ${printNumber(learn.floor)}`;
  return `${kind}, ${numbers}, ${apply}${learning}`;
}

const printStable = ({ bound, every }: NormalStable): string =>
  `λmax at most ${printNumber(bound)}, every ${every} updates`;

function printFields(fields: { readonly kind: string }): string {
  const { kind, ...rest } = fields;
  return [kind, ...Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`)].join(", ");
}
