/** What conv2d and deconv2d share: which of the two sides is big is all that tells them apart. */
import type { Relation, RelationAxis, RelationWeights, Shape } from "@settle/program";
import type { NormalOperation, Pair } from "../normalize/normal-circuit.ts";
import { bigExtents, padBefore, smallExtent, usualBigExtent } from "./convolution-arithmetic.ts";
import type { Inference, Misfit, PlacedOperation } from "./synapse-kind.ts";

/** Extents of the small side from the big one: always determined. */
export function inferSmall(operation: NormalOperation, big: Pair): Inference | undefined {
  const { kernel, stride, padding } = settingsOf(operation);
  const extents = [0, 1].map((axis) => smallExtent(big[axis]!, kernel[axis]!, stride[axis]!, padding));
  return extents.every((n) => n >= 1) ? { extents: extents as unknown as Pair, exact: true } : undefined;
}

/** Extents of the big side from the small one: with a stride, the usual one of several. */
export function inferBig(operation: NormalOperation, small: Pair): Inference {
  const { kernel, stride, padding } = settingsOf(operation);
  const extents = [0, 1].map((axis) => usualBigExtent(small[axis]!, kernel[axis]!, stride[axis]!, padding));
  return { extents: extents as unknown as Pair, exact: stride.every((s) => s === 1) };
}

/**
 * The relation of a (de)convolution or of its like between two maps, or why there is none.
 *
 * @param fixed  weights that are no tensor: every channel is then for itself
 */
export function relateConvolution(
  operation: PlacedOperation,
  big: "pre" | "post",
  source: Shape,
  target: Shape,
  fixed?: RelationWeights,
): Relation | Misfit {
  const { what, from, to } = operation;
  if (source.length !== 3 || target.length !== 3) {
    const end = source.length !== 3 ? `its source "${from}"` : `the target of "${to}"`;
    return {
      code: "resolve/needs-map",
      field: source.length !== 3 ? "from" : "to",
      message: `${what} is a ${operation.kind}, but ${end} is not a map.`,
      help: "give the state a shape [height, width, channels], or make the synapse dense.",
    };
  }
  const { kernel, stride, padding } = settingsOf(operation);
  const axes: RelationAxis[] = [];
  for (const axis of [0, 1]) {
    const [pre, post, taps, step] = [source[axis]!, target[axis]!, kernel[axis]!, stride[axis]!];
    const [bigExtent, small] = big === "pre" ? [pre, post] : [post, pre];
    if (smallExtent(bigExtent, taps, step, padding) !== small) {
      return extentMisfit(operation, big, source, target);
    }
    axes.push({ big, stride: step, taps, pad: padBefore(bigExtent, taps, step, padding), pre, post });
  }
  const [preChannels, postChannels] = [source[2]!, target[2]!];
  if (fixed !== undefined && preChannels !== postChannels) {
    return {
      code: "resolve/shape-mismatch",
      field: "to",
      message: `${what} keeps the channels apart, but goes from ${preChannels} channels to ${postChannels}.`,
      help: "give both ends the same number of channels.",
    };
  }
  const groups = fixed === undefined ? (operation.groups ?? 1) : preChannels;
  if (preChannels % groups !== 0 || postChannels % groups !== 0) {
    return {
      code: "resolve/groups-misfit",
      field: "groups",
      message: `${what} has ${groups} groups, which do not divide its ${preChannels} and ${postChannels} channels.`,
      help: "choose a number of groups that divides the channels of both ends.",
    };
  }
  return {
    preShape: source,
    postShape: target,
    axes,
    preChannels,
    postChannels,
    groups,
    weights: fixed ?? {
      kind: "tensor",
      order: big === "pre" ? "pre-post" : "post-pre",
      shared: operation.local !== true,
    },
  };
}

function extentMisfit(operation: PlacedOperation, big: "pre" | "post", source: Shape, target: Shape): Misfit {
  const { kernel, stride, padding } = settingsOf(operation);
  /** Extents of one side that fit the other, as `9 to 10 by 8`. */
  const fitting = (side: "pre" | "post", other: Shape): { readonly text: string; readonly possible: boolean } => {
    const ranges = [0, 1].map((axis) => {
      const settings = [kernel[axis]!, stride[axis]!, padding] as const;
      const small = smallExtent(other[axis]!, ...settings);
      return side === big ? bigExtents(other[axis]!, ...settings) : ([small, small] as const);
    });
    const text = ranges.map(([low, high]) => (low === high ? `${low}` : `${low} to ${high}`)).join(" by ");
    return { text, possible: ranges.every(([, high]) => high >= 1) };
  };
  const made = fitting("post", source);
  const note = `${operation.from} is [${source.join(", ")}]`;
  if (!made.possible) {
    return {
      code: "resolve/impossible-extent",
      field: "kernel",
      message: `${operation.what} has a kernel larger than its source [${source.join(", ")}].`,
      note,
      help: 'use a smaller kernel or "padding": "same".',
    };
  }
  const wanted = fitting("pre", target);
  const what = `kernel ${kernel.join("×")}, stride ${stride.join("×")}, ${padding.toUpperCase()}`;
  return {
    code: "resolve/shape-mismatch",
    field: "to",
    message: `${operation.what} (${what}) predicts maps of ${made.text}, but its target is [${target.join(", ")}].`,
    note,
    help: `give the target ${made.text}${wanted.possible ? `, or "${operation.from}" ${wanted.text}` : ""}, or change kernel, stride or padding.`,
  };
}

function settingsOf(operation: NormalOperation): {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: "same" | "valid";
} {
  return {
    kernel: operation.kernel ?? [1, 1],
    stride: operation.stride ?? [1, 1],
    padding: operation.padding ?? "same",
  };
}
