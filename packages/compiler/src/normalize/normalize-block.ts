/** A block as a circuit writes it → its stages and skip with everything said. */
import type { ActivationSpec, BlockSpec, FeedbackSpec, StageSpec } from "@settle/spec";
import type { FaultList } from "../fault.ts";
import { bothAxes } from "./normal-weights.ts";
import type {
  ErrorWeights,
  NormalActivation,
  NormalBlock,
  NormalOperation,
  NormalSkip,
  NormalStage,
  NormalTensor,
  Pair,
} from "./normal-circuit.ts";

/** What stages and skip take over where they say nothing of their own. */
export interface BlockSurroundings {
  readonly id: string;
  /** Pointer of the block, and of its list of stages, which may be a default. */
  readonly pointer: string;
  readonly stagesPointer: string;
  readonly tensor: (own: Pick<StageSpec, "initial" | "learn" | "mask">, pointer: string) => NormalTensor;
  readonly feedback: FeedbackSpec;
  /** Error weights of a feedback, its law by default that of the weights. */
  readonly errorWeights: (feedback: FeedbackSpec, tensor: NormalTensor) => ErrorWeights;
  readonly activation: (written: ActivationSpec) => NormalActivation;
  readonly kernel: number | Pair | undefined;
  readonly stride: number | Pair | undefined;
  readonly padding: "same" | "valid" | undefined;
}

/** The fields that only a block has, whoever said them. */
type BlockFields = { readonly [Key in "stages" | "skip" | "credit" | "poolBypass"]: BlockSpec[Key] | undefined };

export function normalizeBlock(block: BlockFields, around: BlockSurroundings, faults: FaultList): NormalBlock {
  const { id, pointer, stagesPointer } = around;
  const credit = block.credit ?? "lra";
  if (block.stages === undefined) {
    faults.report({
      code: "normalize/operation-incomplete",
      pointer,
      at: "key",
      message: `Synapse "${id}" is a block without stages.`,
      help: 'give it "stages": [{ "kind": "deconv2d", "kernel": 3, "channels": 8 }, …].',
    });
  }
  const stages = (block.stages ?? []).map((stage, index): NormalStage => {
    const at = `${stagesPointer}/${index}`;
    const tensor = around.tensor(stage, at);
    const name = `${id}/${index}`;
    const written = stage.feedback ?? around.feedback;
    const feedback: FeedbackSpec = typeof written === "string" ? { kind: written } : written;
    if (stage.feedback !== undefined && feedback.kind === "none") {
      faults.report({
        code: "resolve/feedback-misfit",
        pointer: `${at}/feedback`,
        message: `Stage ${index} of block "${id}" lets no error back, which the stages before it learn from.`,
        help: 'make it "tied" or "separate"; "feedback": "none" of the block keeps its error from the source state.',
      });
    }
    if (stage.kind !== "dense" && stage.kernel === undefined && around.kernel === undefined) {
      faults.report({
        code: "normalize/kernel-missing",
        pointer: at,
        message: `Stage ${index} of block "${id}" is a ${stage.kind} without a kernel.`,
        help: 'say "kernel": [3, 3] here, or for all synapses in /defaults/synapse.',
      });
    }
    return {
      id: name,
      ...stageOperation(stage, around),
      ...(stage.shape === undefined ? {} : { shape: stage.shape }),
      ...(stage.channels === undefined ? {} : { channels: stage.channels }),
      ...(stage.pool === undefined ? {} : { pool: poolOperation(stage.pool.kind, stage.pool) }),
      activation: around.activation(stage.activation ?? "identity"),
      ...(stage.upsample === undefined ? {} : { upsample: upsampling(stage.upsample) }),
      ...tensor,
      errorWeights: around.errorWeights(feedback, tensor),
    };
  });
  return { stages, skip: normalSkip(block, credit, around), credit, poolBypass: block.poolBypass ?? "nearest" };
}

function stageOperation(stage: StageSpec, { kernel, stride, padding }: BlockSurroundings): NormalOperation {
  if (stage.kind === "dense") return { kind: "dense" };
  return {
    kind: stage.kind,
    kernel: bothAxes(stage.kernel ?? kernel ?? 1),
    stride: bothAxes(stage.stride ?? stride ?? 1),
    padding: stage.padding ?? padding ?? "same",
    ...(stage.groups === undefined || stage.groups === 1 ? {} : { groups: stage.groups }),
    ...(stage.local === true ? { local: true } : {}),
  };
}

function normalSkip(block: BlockFields, credit: "lra" | "backprop", around: BlockSurroundings): NormalSkip {
  const { skip = "none" } = block;
  const written = typeof skip === "string" ? { kind: skip } : skip;
  const feedback = written.feedback ?? credit === "backprop";
  if (written.kind !== "projection") return { kind: written.kind, feedback };
  const tensor = around.tensor(written, `${around.pointer}/skip`);
  const errorWeights = around.errorWeights(feedback ? around.feedback : { kind: "tied" }, tensor);
  return { kind: "projection", feedback, tensor: { id: `${around.id}/skip`, ...tensor, errorWeights } };
}

/** A pool's window as an operation. */
export function poolOperation(
  operation: "average" | "max",
  {
    size,
    stride,
    padding,
  }: {
    readonly size: number | Pair;
    readonly stride?: number | Pair;
    readonly padding?: "same" | "valid";
  },
): NormalOperation {
  return {
    kind: "pool",
    operation,
    kernel: bothAxes(size),
    stride: bothAxes(stride ?? size),
    padding: padding ?? "same",
  };
}

/** Repeating each position as an operation: as many taps as the stride. */
export const upsampling = (factor: number | Pair): NormalOperation => ({
  kind: "upsample",
  kernel: bothAxes(factor),
  stride: bothAxes(factor),
  padding: "same",
});
