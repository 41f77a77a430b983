/** A generative synapse with every field said, and its feedback as an error synapse of its own. */
import type { CircuitSpec, ConstraintSpec, FeedbackSpec, LawSpec, MaskSpec, SynapseSpec } from "@settle/spec";
import type { FaultList } from "../fault.ts";
import { pointerTo } from "../pointer-to.ts";
import type { Chooser } from "./choose-field.ts";
import { weightConstraintOf } from "./learn-constraints.ts";
import { normalActivation } from "./normal-activation.ts";
import type {
  ErrorWeights,
  NormalErrorSynapse,
  NormalMask,
  NormalOperation,
  NormalSynapse,
  NormalTensor,
} from "./normal-circuit.ts";
import { bothAxes, normalConstraint, normalLaw } from "./normal-weights.ts";
import { normalizeBlock, poolOperation, upsampling } from "./normalize-block.ts";
import { normalizeLearning } from "./normalize-learning.ts";

/** ConvNGC and NGC alike. */
const weightLaw: LawSpec = { kind: "normal", mean: 0, std: 0.1 };
const noConstraint: ConstraintSpec = { kind: "none" };

export function normalizeSynapse(
  id: string,
  synapse: SynapseSpec,
  spec: CircuitSpec,
  choose: Chooser,
  faults: FaultList,
): { readonly synapse: NormalSynapse; readonly feedback?: NormalErrorSynapse } {
  const defaults = spec.defaults?.synapse ?? {};
  const own = pointerTo("synapses", id);
  const field = <K extends Extract<keyof typeof defaults, string>>(key: K) =>
    [
      [(synapse as typeof defaults)[key], `${own}/${key}`],
      [defaults[key], `/defaults/synapse/${key}`],
    ] as const;
  const kind = choose(`${own}/kind`, field("kind"), undefined);
  if (kind === undefined) {
    faults.report({
      code: "normalize/kind-missing",
      pointer: own,
      at: "key",
      message: `Synapse "${id}" does not say of what kind it is.`,
      help: 'give it a "kind" ("dense", "conv2d", "deconv2d", "pool", "upsample", "block"), or set one for all in /defaults/synapse.',
    });
  }
  const law = choose(`${own}/initial`, field("initial"), weightLaw);
  const learn = field("learn").map(([written, pointer]) => ({ learn: written, pointer }));
  const constraint = choose(
    `${own}/learn/constraint`,
    [
      ...learn.map(
        ({ learn: written, pointer }) =>
          [typeof written === "object" ? written.constraint : undefined, `${pointer}/constraint`] as const,
      ),
      [weightConstraintOf(spec.learn?.constraint), "/learn/constraint"],
    ],
    noConstraint,
  );
  const weighted = kind !== "pool" && kind !== "upsample";
  const mask = weighted && kind !== "block" ? choose(`${own}/mask`, field("mask"), undefined) : undefined;
  const learning = normalizeLearning(`${own}/learn`, learn, { spec, choose, decay: true });
  const tensor: NormalTensor = {
    initial: normalLaw(law),
    learning: { ...learning, learns: learning.learns && weighted },
    constraint: normalConstraint(constraint),
    ...(mask === undefined ? {} : { mask: normalMask(mask) }),
  };
  const feedback = choose(`${own}/feedback`, field("feedback"), "tied");
  const feedbackSpec: FeedbackSpec = typeof feedback === "string" ? { kind: feedback } : feedback;
  const operation = normalOperation(id, kind, own, field, choose, faults);
  const stages = kind === "block" ? choose(`${own}/stages`, field("stages"), undefined) : undefined;
  const stagesOrigin = choose.originOf(`${own}/stages`);
  const block =
    kind !== "block"
      ? undefined
      : normalizeBlock(
          {
            stages,
            skip: choose(`${own}/skip`, field("skip"), undefined),
            credit: choose(`${own}/credit`, field("credit"), undefined),
            poolBypass: choose(`${own}/poolBypass`, field("poolBypass"), undefined),
          },
          {
            id,
            pointer: own,
            stagesPointer: stagesOrigin?.kind === "written" ? stagesOrigin.pointer : `${own}/stages`,
            tensor: (part, pointer) => ({
              initial: part.initial === undefined ? tensor.initial : normalLaw(part.initial),
              learning: normalizeLearning(
                `${pointer}/learn`,
                [{ learn: part.learn, pointer: `${pointer}/learn` }, ...learn],
                {
                  spec,
                  choose,
                  decay: true,
                },
              ),
              constraint:
                typeof part.learn === "object" && part.learn.constraint !== undefined
                  ? normalConstraint(part.learn.constraint)
                  : tensor.constraint,
              ...(part.mask === undefined ? {} : { mask: normalMask(part.mask) }),
            }),
            feedback: feedbackSpec,
            errorWeights: normalErrorWeights,
            activation: normalActivation,
            kernel: defaults.kernel,
            stride: defaults.stride,
            padding: defaults.padding,
          },
          faults,
        );
  const target = spec.errors[synapse.to]?.target;
  return {
    synapse: {
      id,
      from: synapse.from,
      to: synapse.to,
      kind: kind ?? "dense",
      ...operation,
      coefficient: choose(`${own}/coefficient`, field("coefficient"), 1),
      ...tensor,
      ...("weights" in synapse && synapse.weights !== undefined ? { weights: synapse.weights } : {}),
      ...(block === undefined ? {} : { block }),
    },
    ...(feedbackSpec.kind === "none" || target === undefined
      ? {}
      : {
          feedback: {
            twin: id,
            from: synapse.to,
            to: synapse.from,
            weights: normalErrorWeights(feedbackSpec, tensor),
          },
        }),
  };
}

type SynapseDefaults = NonNullable<NonNullable<CircuitSpec["defaults"]>["synapse"]>;
type FieldCandidates = <K extends Extract<keyof SynapseDefaults, string>>(
  key: K,
) => readonly (readonly [SynapseDefaults[K] | undefined, string])[];

/** The fields of a synapse's kind. */
function normalOperation(
  id: string,
  kind: SynapseSpec["kind"],
  own: string,
  field: FieldCandidates,
  choose: Chooser,
  faults: FaultList,
): Omit<NormalOperation, "kind"> {
  const incomplete = (code: string, lacks: string, help: string): void =>
    faults.report({
      code,
      pointer: own,
      at: "key",
      message: `Synapse "${id}" is ${lacks}.`,
      help,
    });
  switch (kind) {
    case undefined:
    case "dense":
    case "block":
      return {};
    case "conv2d":
    case "deconv2d": {
      const kernel = choose(`${own}/kernel`, field("kernel"), undefined);
      if (kernel === undefined) {
        const help = 'say "kernel": [3, 3] here, or for all synapses in /defaults/synapse.';
        incomplete("normalize/kernel-missing", `a ${kind} without a kernel`, help);
      }
      const stride = bothAxes(choose(`${own}/stride`, field("stride"), 1));
      const padding = choose(`${own}/padding`, field("padding"), "same");
      const groups = choose(`${own}/groups`, field("groups"), 1);
      const local = choose(`${own}/local`, field("local"), false);
      const rest = { ...(groups === 1 ? {} : { groups }), ...(local ? { local } : {}) };
      return { kernel: bothAxes(kernel ?? 1), stride, padding, ...rest };
    }
    case "pool": {
      const size = choose(`${own}/size`, field("size"), undefined);
      if (size === undefined) {
        const help = 'say "size": 2, the height and width of a window.';
        incomplete("normalize/operation-incomplete", "a pool without a size", help);
      }
      const { kind: _kind, ...operation } = poolOperation(choose(`${own}/operation`, field("operation"), "average"), {
        size: size ?? 1,
        stride: choose(`${own}/stride`, field("stride"), size ?? 1),
        padding: choose(`${own}/padding`, field("padding"), "same"),
      });
      return operation;
    }
    case "upsample": {
      const factor = choose(`${own}/factor`, field("factor"), undefined);
      if (factor === undefined) {
        const help = 'say "factor": 2, how often each row and column is repeated.';
        incomplete("normalize/operation-incomplete", "an upsampling without a factor", help);
      }
      const { kind: _kind, ...operation } = upsampling(factor ?? 1);
      return operation;
    }
    default:
      return kind satisfies never;
  }
}

const normalErrorWeights = (feedback: FeedbackSpec, { initial }: NormalTensor): ErrorWeights =>
  feedback.kind !== "separate"
    ? { kind: "tied" }
    : {
        kind: "separate",
        lambda: feedback.lambda ?? 0.9,
        initial: feedback.initial === undefined ? initial : normalLaw(feedback.initial),
      };

const normalMask = (mask: MaskSpec): NormalMask =>
  mask.kind === "given" ? { kind: "values", values: mask.values.flat() } : mask;
