/** The stages of a synapse between two known shapes, with their relations. */
import { type Shape } from "@settle/program";
import type { NormalOperation, NormalSkip, NormalStage, NormalSynapse, Pair } from "../normalize/normal-circuit.ts";
import { upsampling } from "../normalize/normalize-block.ts";
import { isMisfit, type Misfit } from "../synapses/synapse-kind.ts";
import { synapseKinds } from "../synapses/synapse-kinds.ts";
import type { GraphSkip, GraphStage, PathStage } from "./circuit-graph.ts";

export interface SynapseStages {
  readonly stages: readonly GraphStage[];
  readonly path: readonly PathStage[];
  readonly skip?: GraphSkip;
  /** Faults; the field is a path inside the synapse: `to`, `stages/1/kernel`. */
  readonly misfits: readonly Misfit[];
}

/** A plain synapse whose weights are another's has no tensor; the caller knows whose they are. */
export function stagesOf(synapse: NormalSynapse, source: Shape, target: Shape): SynapseStages {
  const { id, kind, block } = synapse;
  const collected = new StageList(synapse);
  if (kind !== "block" || block === undefined) {
    if (kind === "block") return { stages: [], path: [], misfits: [] };
    const { from, to } = synapse;
    const what = `Synapse "${id}"`;
    const { initial, learning, constraint, mask } = synapse;
    const tensor = { initial, learning, constraint, ...(mask === undefined ? {} : { mask }) };
    collected.add(id, { ...synapse, kind, what, from, to }, source, target, "", { tensor });
    return { stages: collected.stages, path: [{ stage: id }], misfits: collected.misfits };
  }
  let shape: Shape | undefined = source;
  const path = block.stages.map((stage, index): PathStage => {
    const last = index === block.stages.length - 1;
    const made = shape === undefined ? undefined : addStage(collected, stage, index, shape, last ? target : undefined);
    shape = made?.shape;
    return made?.step ?? { stage: stage.id };
  });
  const skip = addSkip(collected, block.skip, source, target);
  return { stages: collected.stages, path, ...(skip === undefined ? {} : { skip }), misfits: collected.misfits };
}

type Owned = Pick<GraphStage, "tensor" | "errorWeights">;

class StageList {
  readonly stages: GraphStage[] = [];
  readonly misfits: Misfit[] = [];
  readonly synapse: NormalSynapse;

  constructor(synapse: NormalSynapse) {
    this.synapse = synapse;
  }

  /** @returns whether there is such a relation; otherwise why not is among the misfits */
  add(
    id: string,
    operation: NormalOperation & { readonly what: string; readonly from: string; readonly to: string },
    source: Shape,
    target: Shape,
    place: string,
    owned: Partial<Owned> = {},
  ): boolean {
    const relation = synapseKinds[operation.kind].relate(operation, source, target);
    if (isMisfit(relation)) {
      // Ends of a stage are no fields of it.
      const ends = place !== "" && (relation.field === "from" || relation.field === "to");
      this.misfits.push({
        ...relation,
        field: ends ? place : [place, relation.field].filter((p) => p !== "").join("/"),
      });
      return false;
    }
    const { tensor, errorWeights = { kind: "tied" } } = owned;
    this.stages.push({
      id,
      synapse: this.synapse.id,
      kind: operation.kind,
      relation,
      rule: operation.operation === "max" ? "max" : "sum",
      ...(relation.weights.kind === "tensor" && tensor !== undefined ? { weights: id, tensor } : {}),
      errorWeights,
    });
    return true;
  }
}

/** Adds a stage with its pool and its upsampling. @returns the shape that it passes on, or undefined after a fault */
function addStage(
  list: StageList,
  stage: NormalStage,
  index: number,
  source: Shape,
  target: Shape | undefined,
): { readonly step: PathStage; readonly shape: Shape } | undefined {
  const { synapse } = list;
  const place = `stages/${index}`;
  const what = `Stage ${index} of block "${synapse.id}"`;
  const from = index === 0 ? synapse.from : `${synapse.id}/${index - 1}`;
  const named = { what, from, to: target === undefined ? stage.id : synapse.to };
  const made = madeShape(stage, what, place, source, target, list.misfits);
  if (made === undefined) return undefined;
  const { initial, learning, constraint, mask, errorWeights } = stage;
  const tensor = { initial, learning, constraint, ...(mask === undefined ? {} : { mask }) };
  if (!list.add(stage.id, { ...stage, ...named }, source, made, place, { tensor, errorWeights })) return undefined;
  let shape = made;
  let step: PathStage = { stage: stage.id };
  if (stage.pool !== undefined) {
    const pooled = extentsAfter(stage.pool, shape);
    const pool = `${stage.id}:pool`;
    if (pooled === undefined) {
      list.misfits.push(notAMap(what, "pools", `${place}/pool`));
      return undefined;
    }
    if (!list.add(pool, { ...stage.pool, ...named }, shape, pooled, `${place}/pool`)) return undefined;
    step = { ...step, pool };
    if (stage.pool.stride?.some((stride) => stride > 1) === true) {
      const bypass = `${stage.id}:bypass`;
      const nearest = `The nearest bypass of ${what.replace("Stage", "stage")}`;
      const repeated = { ...upsampling(stage.pool.stride), ...named, what: nearest };
      if (!list.add(bypass, repeated, pooled, shape, `${place}/pool`)) return undefined;
      step = { ...step, bypass };
    }
    shape = pooled;
  }
  if (stage.activation.kind !== "identity") step = { ...step, activation: stage.activation };
  if (stage.upsample !== undefined) {
    const larger = extentsAfter(stage.upsample, shape);
    const upsample = `${stage.id}:upsample`;
    if (larger === undefined) {
      list.misfits.push(notAMap(what, "upsamples", `${place}/upsample`));
      return undefined;
    }
    if (!list.add(upsample, { ...stage.upsample, ...named }, shape, larger, `${place}/upsample`)) return undefined;
    step = { ...step, upsample };
    shape = larger;
  }
  if (target !== undefined && !sameShape(shape, target)) {
    list.misfits.push({
      code: "resolve/shape-mismatch",
      field: place,
      message: `${what}, its last, makes [${shape.join(", ")}], but the block's target is [${target.join(", ")}].`,
      help: "change strides, pools, upsampling or channels of the stages so that they end in the target's shape.",
    });
    return undefined;
  }
  return { step, shape };
}

/** What the operation of a stage makes. */
function madeShape(
  stage: NormalStage,
  what: string,
  place: string,
  source: Shape,
  target: Shape | undefined,
  misfits: Misfit[],
): Shape | undefined {
  if (stage.shape !== undefined) return stage.shape;
  const direct = target !== undefined && stage.pool === undefined && stage.upsample === undefined;
  const channels = stage.channels ?? target?.at(-1);
  if (direct && stage.channels === undefined) return target;
  if (channels === undefined || (stage.kind === "dense" && stage.channels === undefined)) {
    misfits.push({
      code: "resolve/stage-shape",
      field: place,
      message: `${what} does not say what it makes.`,
      help: stage.kind === "dense" ? 'say "channels" (its units) or "shape".' : 'say "channels", how many it makes.',
    });
    return undefined;
  }
  if (stage.kind === "dense") return [channels];
  if (source.length !== 3) {
    misfits.push(notAMap(what, `is a ${stage.kind}`, place));
    return undefined;
  }
  const extents = synapseKinds[stage.kind].inferTarget(stage, [source[0]!, source[1]!])?.extents;
  if (extents === undefined) {
    misfits.push({
      code: "resolve/impossible-extent",
      field: `${place}/kernel`,
      message: `${what} has a kernel larger than what it reads, [${source.join(", ")}].`,
      help: 'use a smaller kernel or "padding": "same".',
    });
    return undefined;
  }
  return [...extents, channels];
}

function extentsAfter(operation: NormalOperation, shape: Shape): Shape | undefined {
  if (shape.length !== 3) return undefined;
  const extents = synapseKinds[operation.kind].inferTarget(operation, [shape[0]!, shape[1]!])?.extents;
  return extents === undefined ? shape : [...extents, shape[2]!];
}

const notAMap = (what: string, does: string, field: string): Misfit => ({
  code: "resolve/needs-map",
  field,
  message: `${what} ${does}, but what it has is not a map.`,
  help: 'let the stage (or the one before it) make a map: "shape": [height, width, channels].',
});

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, axis) => n === b[axis]);

function addSkip(list: StageList, skip: NormalSkip, source: Shape, target: Shape): GraphSkip | undefined {
  const { synapse } = list;
  if (skip.kind === "none") return undefined;
  const misfit = (message: string, help: string): undefined =>
    void list.misfits.push({ code: "resolve/skip-misfit", field: "skip", message, help });
  const shapes = `"${synapse.from}" [${source.join(", ")}] and the target [${target.join(", ")}]`;
  if (skip.kind === "identity") {
    if (sameShape(source, target)) return {};
    return misfit(
      `The identity skip of block "${synapse.id}" joins ${shapes}.`,
      'make it "resize" (other extents) or "projection" (other channels as well).',
    );
  }
  if (source.length !== 3 || target.length !== 3) {
    return misfit(
      `The skip of block "${synapse.id}" joins ${shapes}, which are not both maps.`,
      'make it "identity" or "none".',
    );
  }
  if (skip.kind === "resize" && source[2] !== target[2]) {
    return misfit(
      `The resize skip of block "${synapse.id}" joins ${shapes}, which have different channels.`,
      'make it "projection", a learned 1×1 convolution.',
    );
  }
  const resizing = resizeOperation(source, target);
  if (resizing === undefined) {
    return misfit(
      `The skip of block "${synapse.id}" joins ${shapes}, whose extents are no multiples of each other.`,
      "make one a whole multiple of the other, or leave the skip out.",
    );
  }
  const named = { what: `The skip of block "${synapse.id}"`, from: synapse.from, to: synapse.to };
  const resize = `${synapse.id}/skip:resize`;
  const smaller = resizing.operation?.kind === "upsample" ? source : target;
  let graph: GraphSkip = {};
  const channels = (extents: Shape, of: Shape): Shape => [extents[0]!, extents[1]!, of[2]!];
  const { operation } = resizing;
  if (operation?.kind === "pool") {
    list.add(resize, { ...operation, ...named }, source, channels(target, source), "skip");
    graph = { before: resize };
  }
  const { tensor } = skip;
  if (tensor !== undefined) {
    const { id, errorWeights, ...owned } = tensor;
    const pointwise = { kind: "conv2d", kernel: [1, 1], stride: [1, 1], padding: "same" } as const;
    list.add(id, { ...pointwise, ...named }, channels(smaller, source), channels(smaller, target), "skip", {
      tensor: owned,
      errorWeights,
    });
    graph = { ...graph, projection: id };
  }
  if (operation?.kind === "upsample") {
    list.add(resize, { ...operation, ...named }, channels(source, target), target, "skip");
    graph = { ...graph, after: resize };
  }
  return graph;
}

/** How one map's extents become another's: repeated or averaged, on both axes alike; no operation where they are equal. */
function resizeOperation(source: Shape, target: Shape): { readonly operation?: NormalOperation } | undefined {
  const [from, to] = [source.slice(0, 2), target.slice(0, 2)];
  if (sameShape(from, to)) return {};
  const factors = (big: Shape, small: Shape): Pair | undefined => {
    const pair = [0, 1].map((axis) => Math.ceil(big[axis]! / small[axis]!));
    const whole = pair.every((factor, axis) => Math.ceil(big[axis]! / factor) === small[axis]!);
    return whole ? [pair[0]!, pair[1]!] : undefined;
  };
  if (from.every((n, axis) => n <= to[axis]!)) {
    const factor = factors(to, from);
    return factor === undefined ? undefined : { operation: upsampling(factor) };
  }
  if (from.every((n, axis) => n >= to[axis]!)) {
    const size = factors(from, to);
    if (size === undefined) return undefined;
    return { operation: { kind: "pool", operation: "average", kernel: size, stride: size, padding: "same" } };
  }
  return undefined;
}
