/** Chooses how a relation is computed on a backend. */
import { type Relation, sameShape } from "@settle/program";
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { denseContraction, isDense } from "./dense-contraction.ts";
import { filterGradient } from "./filter-gradient.ts";
import { gatherConvolution } from "./gather-convolution.ts";
import { type ConvolutionGeometry, convolutionGeometry } from "./geometry.ts";
import { indexedContraction } from "./indexed-contraction.ts";
import { spreadConvolution } from "./spread-convolution.ts";

export interface ContractOperands {
  readonly pre?: Tensor | undefined;
  readonly post?: Tensor | undefined;
  readonly weight?: Tensor | undefined;
  /** Added to what is produced: one number per channel of it. */
  readonly bias?: Tensor | undefined;
}

export type Contraction = (operands: ContractOperands) => Tensor;

/** One side of a relation from the two others, as the Program's `contract` defines it. */
export function contraction(kit: Kit, relation: Relation, produce: "pre" | "post" | "weight"): Contraction {
  const { tf } = kit;
  const compute = chosen(kit, relation, produce);
  if (produce === "weight") return compute;
  const shape = produce === "pre" ? relation.preShape : relation.postShape;
  return (operands) => {
    const result = compute(operands);
    const wanted = [result.shape[0] ?? 0, ...shape];
    return sameShape(result.shape, wanted) ? result : tf.reshape(result, wanted);
  };
}

function chosen(kit: Kit, relation: Relation, produce: "pre" | "post" | "weight"): Contraction {
  if (isDense(relation)) return denseContraction(kit, relation, produce);
  const geometry = convolutionGeometry(relation);
  if (geometry === undefined) return indexedContraction(kit, relation, produce);
  return convolution(kit, relation, geometry, produce);
}

function convolution(
  kit: Kit,
  relation: Relation,
  geometry: ConvolutionGeometry,
  produce: "pre" | "post" | "weight",
): Contraction {
  const { axes, bigSide, bigChannels, smallChannels } = geometry;
  const smallSide = bigSide === "pre" ? "post" : "pre";
  const image = (x: Tensor | undefined, side: "big" | "small"): Tensor => {
    if (x === undefined) throw new Error("a contraction lacks an operand");
    if (x.shape.length === 4) return x;
    const channels = side === "big" ? bigChannels : smallChannels;
    return kit.tf.reshape(x, [x.shape[0] ?? 0, axes[0][side], axes[1][side], channels]);
  };
  if (produce === "weight") {
    const taps = relation.axes.map((axis) => axis.taps);
    return (operands) => {
      const gradient = filterGradient(
        kit,
        geometry,
        image(operands[bigSide], "big"),
        image(operands[smallSide], "small"),
      );
      return taps.length === 2 ? gradient : kit.tf.reshape(gradient, [...taps, ...gradient.shape.slice(2)]);
    };
  }
  const step = produce === bigSide ? spreadConvolution : gatherConvolution;
  const [given, size] = produce === bigSide ? ([smallSide, "small"] as const) : ([bigSide, "big"] as const);
  return (operands) => {
    if (operands.weight === undefined) throw new Error("a contraction with learned weights was given none");
    return step(kit, geometry, image(operands[given], size), operands.weight, operands.bias);
  };
}
