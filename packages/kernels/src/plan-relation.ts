/** Kernels of a relation: from one side to the other, and its gradient. */
import type { Relation } from "@settle/program";
import { axisSegments, singlePosition, tapRuns } from "./axis-segments.ts";
import type { Contract, MapInstruction } from "./fuse-phase.ts";
import type {
  ArrayIndex,
  ContractKernel,
  GradientKernel,
  IndexedContractKernel,
  IndexedGradientKernel,
  SharedKernel,
} from "./kernel-plan.ts";
import type { PhaseValues } from "./phase-values.ts";
import { planIndexedContract, planIndexedGradient } from "./plan-indexed.ts";

/** Weights laid out for the other direction, once a phase. */
export class TransposedWeights {
  readonly #kernels: SharedKernel[];
  readonly #made = new Map<ArrayIndex, ArrayIndex>();

  /** @param kernels  where the kernels that lay them out are added */
  constructor(kernels: SharedKernel[]) {
    this.#kernels = kernels;
  }

  /** The weights as `[taps][input channels][output channels]`. */
  weightsFor(values: PhaseValues, relation: Relation, produce: "post" | "pre", value: number): ArrayIndex {
    if (relation.weights.kind !== "tensor") throw new Error(`kernel fault: ${values.labelOf(value)} are no weights`);
    const { order } = relation.weights;
    const input = values.at(value);
    if (order === (produce === "post" ? "pre-post" : "post-pre")) return input;
    const known = this.#made.get(input);
    if (known !== undefined) return known;
    const taps = relation.axes.reduce((product, axis) => product * axis.taps, 1);
    const { preChannels, postChannels } = relation;
    const [rows, columns] = order === "pre-post" ? [preChannels, postChannels] : [postChannels, preChannels];
    const output = values.add(value, "transposed", "shared", taps * rows * columns);
    this.#kernels.push({
      kind: "transpose",
      label: `${values.labelOf(value)} transposed`,
      input,
      output,
      taps,
      rows,
      columns,
    });
    this.#made.set(input, output);
    return output;
  }
}

/**
 * @param result  the value the kernel makes: the contraction's, or that of the map which takes it in
 * @param host    that map
 */
export function planContract(
  values: PhaseValues,
  transposed: TransposedWeights,
  contract: Contract,
  result: number,
  host: MapInstruction | undefined,
): ContractKernel | IndexedContractKernel {
  const relation = relationOf(values, contract.relation);
  if (!isPlain(relation)) return planIndexedContract(values, relation, contract, result, host);
  const produce = contract.produce === "pre" ? "pre" : "post";
  const input = produce === "post" ? "pre" : "post";
  const [row, column] = relation.axes;
  return {
    kind: "contract",
    label: values.labelOf(result),
    input: values.at(contract[input]!),
    weights: transposed.weightsFor(values, relation, produce, contract.weight!),
    rows: row === undefined ? singlePosition : axisSegments(row, produce),
    columns: column === undefined ? singlePosition : axisSegments(column, produce),
    tapColumns: column?.taps ?? 1,
    inputColumns: column?.[input] ?? 1,
    outputRows: row?.[produce] ?? 1,
    outputColumns: column?.[produce] ?? 1,
    inputChannels: input === "pre" ? relation.preChannels : relation.postChannels,
    outputChannels: produce === "pre" ? relation.preChannels : relation.postChannels,
    work: values.workOf(result, host, contract.out),
  };
}

/** @param output  the partial it fills */
export function planGradient(
  values: PhaseValues,
  contract: Contract,
  output: ArrayIndex,
): GradientKernel | IndexedGradientKernel {
  const relation = relationOf(values, contract.relation);
  if (!isPlain(relation)) return planIndexedGradient(values, relation, contract, output);
  const first = relation.weights.kind === "tensor" && relation.weights.order === "post-pre" ? "post" : "pre";
  const second = first === "pre" ? "post" : "pre";
  const channels = { pre: relation.preChannels, post: relation.postChannels };
  const [row, column] = relation.axes;
  const single = [{ first: 0, firstStep: 1, second: 0, secondStep: 1, count: 1 }];
  return {
    kind: "gradient",
    label: values.labelOf(contract.out),
    first: values.at(contract[first]!),
    second: values.at(contract[second]!),
    firstColumns: column?.[first] ?? 1,
    secondColumns: column?.[second] ?? 1,
    firstChannels: channels[first],
    secondChannels: channels[second],
    rows: row === undefined ? single : tapRuns(row, first),
    columns: column === undefined ? single : tapRuns(column, first),
    output,
  };
}

/** A relation, if kernels can walk it. @throws {SettleError} `engine/unsupported` */
export function relationOf(values: PhaseValues, index: number): Relation {
  const relation = values.program.relations[index]!;
  if (relation.axes.length > 2) throw values.unsupported(`${relation.axes.length} spatial axes`);
  return relation;
}

/** Whether a relation is a matrix or a convolution: they have kernels of their own; the others go by the index map. */
const isPlain = ({ weights, groups, axes }: Relation): boolean =>
  weights.kind === "tensor" && weights.shared && groups === 1 && axes.length !== 1;
