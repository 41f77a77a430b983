/** What conv2d and deconv2d share: which of the two sides is big is all that tells them apart. */
import type { Relation, RelationAxis, Shape } from "@settle/program";
import type { NormalSynapse, Pair } from "../normalize/normal-circuit.ts";
import { bigExtents, padBefore, smallExtent, usualBigExtent } from "./convolution-arithmetic.ts";
import type { Inference, Misfit } from "./synapse-kind.ts";

/** Extents of the small side from the big one: always determined. */
export function inferSmall(synapse: NormalSynapse, big: Pair): Inference | undefined {
  const { kernel, stride, padding } = settingsOf(synapse);
  const extents = [0, 1].map((axis) => smallExtent(big[axis]!, kernel[axis]!, stride[axis]!, padding));
  return extents.every((n) => n >= 1) ? { extents: extents as unknown as Pair, exact: true } : undefined;
}

/** Extents of the big side from the small one: with a stride, the usual one of several. */
export function inferBig(synapse: NormalSynapse, small: Pair): Inference {
  const { kernel, stride, padding } = settingsOf(synapse);
  const extents = [0, 1].map((axis) => usualBigExtent(small[axis]!, kernel[axis]!, stride[axis]!, padding));
  return { extents: extents as unknown as Pair, exact: stride.every((s) => s === 1) };
}

/** The relation of a (de)convolution between two maps, or why there is none. */
export function relateConvolution(
  synapse: NormalSynapse,
  big: "pre" | "post",
  source: Shape,
  target: Shape,
): Relation | Misfit {
  const flat = source.length !== 3 ? synapse.from : target.length !== 3 ? synapse.to : undefined;
  if (flat !== undefined) {
    return {
      code: "resolve/needs-map",
      field: source.length !== 3 ? "from" : "to",
      message: `Synapse "${synapse.id}" is a ${synapse.kind}, but ${source.length !== 3 ? "its source" : "the target of"} "${flat}" is not a map.`,
      help: "give the state a shape [height, width, channels], or make the synapse dense.",
    };
  }
  const { kernel, stride, padding } = settingsOf(synapse);
  const axes: RelationAxis[] = [];
  for (const axis of [0, 1]) {
    const [pre, post, taps, step] = [source[axis]!, target[axis]!, kernel[axis]!, stride[axis]!];
    const [bigExtent, small] = big === "pre" ? [pre, post] : [post, pre];
    if (smallExtent(bigExtent, taps, step, padding) !== small) {
      return extentMisfit(synapse, big, source, target);
    }
    axes.push({ big, stride: step, taps, pad: padBefore(bigExtent, taps, step, padding), pre, post });
  }
  return {
    preShape: source,
    postShape: target,
    axes,
    preChannels: source[2]!,
    postChannels: target[2]!,
    groups: 1,
    weights: { kind: "tensor", order: big === "pre" ? "pre-post" : "post-pre", shared: true },
  };
}

function extentMisfit(synapse: NormalSynapse, big: "pre" | "post", source: Shape, target: Shape): Misfit {
  const { kernel, stride, padding } = settingsOf(synapse);
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
  const note = `${synapse.from} is [${source.join(", ")}]`;
  if (!made.possible) {
    return {
      code: "resolve/impossible-extent",
      field: "kernel",
      message: `Synapse "${synapse.id}" has a kernel larger than its source [${source.join(", ")}].`,
      note,
      help: 'use a smaller kernel or "padding": "same".',
    };
  }
  const wanted = fitting("pre", target);
  const what = `kernel ${kernel.join("×")}, stride ${stride.join("×")}, ${padding.toUpperCase()}`;
  return {
    code: "resolve/shape-mismatch",
    field: "to",
    message: `Synapse "${synapse.id}" (${what}) predicts maps of ${made.text}, but its target is [${target.join(", ")}].`,
    note,
    help: `give the target ${made.text}${wanted.possible ? `, or "${synapse.from}" ${wanted.text}` : ""}, or change kernel, stride or padding.`,
  };
}

function settingsOf(synapse: NormalSynapse): {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: "same" | "valid";
} {
  return { kernel: synapse.kernel ?? [1, 1], stride: synapse.stride ?? [1, 1], padding: synapse.padding ?? "same" };
}
