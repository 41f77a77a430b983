/** Kernels that go by the index map: relations without a form of their own, and pools. */
import type { Instruction, Relation } from "@settle/program";
import { axisMeetings, tapMeetings } from "./axis-meetings.ts";
import type { Contract, MapInstruction } from "./fuse-phase.ts";
import type {
  ArrayIndex,
  FilterStrides,
  IndexedContractKernel,
  IndexedGradientKernel,
  MaxPoolKernel,
} from "./kernel-plan.ts";
import type { PhaseValues } from "./phase-values.ts";

/** Parameters as those of `planContract`. */
export function planIndexedContract(
  values: PhaseValues,
  relation: Relation,
  contract: Contract,
  result: number,
  host: MapInstruction | undefined,
): IndexedContractKernel {
  const produce = contract.produce === "pre" ? "pre" : "post";
  const input = produce === "post" ? "pre" : "post";
  const channels = { pre: relation.preChannels, post: relation.postChannels };
  const { weight } = contract;
  const { rows, columns } = axisMeetings(relation, produce);
  return {
    kind: "indexed-contract",
    label: values.labelOf(result),
    input: values.at(contract[input]!),
    ...(weight === undefined
      ? {}
      : { weights: { array: values.at(weight), strides: filterStrides(relation, produce) } }),
    rows,
    columns,
    outputRows: rows.length,
    outputColumns: columns.length,
    groups: relation.groups,
    inputChannels: channels[input],
    outputChannels: channels[produce],
    work: values.workOf(result, host, contract.out),
  };
}

/** @param output  the partial it fills */
export function planIndexedGradient(
  values: PhaseValues,
  relation: Relation,
  { out, pre, post }: Contract,
  output: ArrayIndex,
): IndexedGradientKernel {
  return {
    kind: "indexed-gradient",
    label: values.labelOf(out),
    pre: values.at(pre!),
    post: values.at(post!),
    ...tapMeetings(relation),
    groups: relation.groups,
    preChannels: relation.preChannels,
    postChannels: relation.postChannels,
    strides: filterStrides(relation, "post"),
    output,
  };
}

export function planMaxPool(
  values: PhaseValues,
  relation: Relation,
  { out, produce, by, of }: Extract<Instruction, { kind: "max-pool" }>,
): MaxPoolKernel {
  return {
    kind: "max-pool",
    label: values.labelOf(out),
    produce,
    by: values.at(by),
    of: values.at(of),
    ...axisMeetings(relation, "post"),
    channels: relation.preChannels,
    output: values.allocate(out),
  };
}

/** Where a relation's numbers are, seen from the side that is given. */
function filterStrides(
  { weights, groups, preChannels, postChannels }: Relation,
  produce: "pre" | "post",
): FilterStrides {
  const within = preChannels / groups;
  const preFirst = weights.kind === "tensor" && weights.order === "pre-post";
  const [pre, post] = preFirst ? [postChannels, 1] : [1, within];
  const size = within * postChannels;
  const group = (postChannels / groups) * post;
  return produce === "post" ? { size, group, input: pre, output: post } : { size, group, input: post, output: pre };
}
