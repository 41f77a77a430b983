/** CircuitGraph → CircuitPicture: which units and links there are, and what is written beside them. */
import type { CircuitGraph, GraphError, GraphLateral, GraphState, GraphSynapse } from "@settle/compiler";
import { printNumber, type Shape } from "@settle/program";
import type { CircuitPicture, PictureLink, PictureUnit } from "./circuit-picture.ts";
import { rowsOf } from "./rows-of.ts";

/** @param subtitle  said under the name */
export function pictureOfGraph(graph: CircuitGraph, subtitle: string): CircuitPicture {
  const synapses = [...graph.synapses.values()];
  const data = [...graph.states.values()].filter(({ observed }) => observed !== undefined).map(({ id }) => id);
  const { levels } = graph.class;
  const rows = levels.size === graph.states.size ? levels : rowsOf(graph.startOrder, synapses, data);
  const unit = (state: GraphState): PictureUnit => {
    const error = state.error === undefined ? undefined : graph.errors.get(state.error);
    const level = levels.get(state.id);
    return {
      id: state.id,
      map: state.shape.length > 1,
      notes: stateNotes(
        state,
        synapses.some(({ from }) => from === state.id),
      ),
      observed: state.observed !== undefined,
      ...(error === undefined ? {} : { error: { id: error.id, notes: errorNotes(error) } }),
      row: rows.get(state.id) ?? 0,
      ...(level === undefined ? {} : { level }),
    };
  };
  return {
    title: graph.name,
    subtitle,
    units: [...graph.states.values()].map(unit),
    links: [
      ...synapses.flatMap((synapse) => linksOf(synapse, graph)),
      ...[...graph.laterals.values()].map(lateralLink),
    ],
  };
}

function linksOf(synapse: GraphSynapse, graph: CircuitGraph): readonly PictureLink[] {
  const { id, from, target, coefficient } = synapse;
  const inhibits = coefficient < 0;
  const size = [coefficient === 1 ? "" : `× ${printNumber(coefficient)}`, synapse.learning.learns ? "" : "fixed"];
  const { block } = synapse;
  const forward: PictureLink = {
    id,
    kind: "generative",
    from,
    to: target,
    label: [id, ...describeSynapse(synapse), ...size].filter((line) => line !== ""),
    ...(block === undefined ? {} : { stages: stagesOf(synapse, block, graph), skip: block.skip.kind !== "none" }),
    inhibits,
  };
  const feedback = graph.errorSynapses.get(id);
  if (feedback === undefined) return [forward];
  const back: Pick<PictureLink, "id" | "kind" | "from" | "to" | "inhibits"> = {
    id: `error:${id}`,
    kind: "feedback",
    from: target,
    to: from,
    inhibits,
  };
  if (block !== undefined) return [forward, { ...back, ...errorPathway(id, block) }];
  const label = feedback.weights.kind === "tied" ? [`${id}ᵀ`] : [`E(${id})`, "separate"];
  return [forward, { ...back, label }];
}

/** An error passes the filters of a block only, or (exact) all of its stages. */
function errorPathway(id: string, { stages, skip, credit }: Block): Pick<PictureLink, "label" | "stages" | "skip"> {
  return {
    label: [`E(${id})`, credit === "lra" ? "LRA" : "exact gradient"],
    stages: stages.map((stage) => {
      const filter = describeOperation(stage);
      return stage.errorWeights.kind === "tied" ? `(${filter})ᵀ` : `E ${filter}`;
    }),
    skip: skip.feedback,
  };
}

type Block = NonNullable<GraphSynapse["block"]>;

/** What each stage does and, but for the last, whose size is that of the target, the size of what it makes. */
function stagesOf({ path }: GraphSynapse, block: Block, { stages }: CircuitGraph): readonly string[] {
  return block.stages.map((stage, index) => {
    const { upsample, pool, stage: operation } = path[index]!;
    const made = stages.get(upsample ?? pool ?? operation)!.relation.postShape;
    return index === path.length - 1 ? describeStage(stage) : `${describeStage(stage)} → ${describeShape(made)}`;
  });
}

/** `deconv 3×3 / 2 · max 2×2 · relu`. */
function describeStage(stage: Block["stages"][number]): string {
  return [
    describeOperation(stage),
    ...(stage.pool === undefined ? [] : [describeOperation(stage.pool)]),
    ...(stage.activation.kind === "identity" ? [] : [describeFunction(stage.activation)]),
    ...(stage.upsample === undefined ? [] : [describeOperation(stage.upsample)]),
  ].join(" · ");
}

function describeSynapse(synapse: GraphSynapse): readonly string[] {
  const { block, weights } = synapse;
  const shared = weights === undefined ? [] : [`weights of ${weights}`];
  const masked = synapse.mask === undefined ? [] : ["masked"];
  if (block === undefined) return [describeOperation(synapse), ...shared, ...masked];
  const skip = block.skip.kind;
  return ["block", ...(skip === "none" ? [] : [`with ${skip} skip`]), ...shared];
}

function lateralLink({ id, from, to, weights }: GraphLateral): PictureLink {
  return { id, kind: "lateral", from, to, label: [id, ...describeLateral(weights)], inhibits: inhibits(weights) };
}

function describeLateral(weights: GraphLateral["weights"]): readonly string[] {
  switch (weights.kind) {
    case "groups":
      return [`groups of ${weights.size}`, `+${printNumber(weights.excite)} −${printNumber(weights.inhibit)}`];
    case "matrix":
      return ["fixed matrix"];
    case "dense":
      return ["dense"];
    case "conv2d":
      return [`conv ${weights.kernel.join("×")}`];
    default:
      return weights satisfies never;
  }
}

/** Whether competition is what it is for. */
const inhibits = (weights: GraphLateral["weights"]): boolean =>
  weights.kind === "groups"
    ? weights.inhibit > 0
    : weights.kind !== "matrix" && weights.follows.kind === "anti-hebbian";

/** `deconv 3×3 / 2`: taps, then the stride if there is one. */
function describeOperation({ kind, kernel, stride, operation, groups, local }: Operation): string {
  const name = [local === true ? "local" : "", operation ?? "", kind.replace(/2d$/, "")].filter((word) => word !== "");
  const grouped = groups === undefined ? "" : `, ${groups} groups`;
  if (kernel === undefined) return `${name.join(" ")}${grouped}`;
  const [rows, columns] = stride ?? [1, 1];
  const strides = rows === 1 && columns === 1 ? "" : ` / ${rows === columns ? rows : `${rows}×${columns}`}`;
  return `${name.join(" ")} ${kernel.join("×")}${strides}${grouped}`;
}

interface Operation {
  readonly kind: string;
  readonly kernel?: readonly number[];
  readonly stride?: readonly number[];
  readonly operation?: string;
  readonly groups?: number;
  readonly local?: true;
}

/** @param read  whether a synapse reads it; what nothing reads has no activity to speak of */
function stateNotes(state: GraphState, read: boolean): readonly string[] {
  const data = state.observed === undefined ? [] : [state.observed.data];
  const activation = !read || state.activation.kind === "identity" ? [] : [`φ ${describeFunction(state.activation)}`];
  const prior = state.prior.kind === "none" ? [] : [`prior ${state.prior.kind}`];
  return [...data, describeShape(state.shape), ...activation, ...prior];
}

function errorNotes(error: GraphError): readonly string[] {
  return [
    ...(error.output.kind === "identity" ? [] : [`g ${describeFunction(error.output)}`]),
    ...(error.bias === undefined ? [] : ["bias"]),
    ...(error.precision === undefined ? [] : [`Σ ${error.precision.kind}`]),
    ...(error.compares === "activity" ? ["of φ(z)"] : []),
  ];
}

const describeShape = (shape: Shape): string => (shape.length === 0 ? "1" : shape.join("×"));

/** `leaky-relu 0.2`; the text of a custom one. */
function describeFunction(fields: { readonly kind: string }): string {
  const { kind, ...rest } = fields;
  if (kind === "custom") return "custom";
  return [
    kind,
    ...Object.values(rest).map((value) => (typeof value === "number" ? printNumber(value) : String(value))),
  ].join(" ");
}
