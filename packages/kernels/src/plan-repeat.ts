/** Operands that a `map` repeats along an axis in the middle, and sums over some axes: laid out by kernels of their own. */
import { type Shape, sizeOf } from "@settle/program";
import { axisTerms, elementBy } from "./axis-terms.ts";
import type { ArrayIndex, GroupKernel, SharedKernel } from "./kernel-plan.ts";

interface Repeated {
  readonly label: string;
  readonly input: ArrayIndex;
  readonly output: ArrayIndex;
  readonly from: Shape;
  readonly to: Shape;
}

export const repeatShared = ({ label, input, output, from, to }: Repeated): SharedKernel => ({
  kind: "shared-repeat",
  label,
  input,
  output,
  outputElements: sizeOf(to),
  axes: axisTerms(to, from),
});

/** A contraction with fixed weights of 1: each element of the result meets the one that is repeated there. */
export function repeatLanes({ label, input, output, from, to }: Repeated): GroupKernel {
  const terms = axisTerms(to, from);
  const meetings = Array.from({ length: sizeOf(to) }, (_, element) => [elementBy(terms, element)]);
  return addLanes(label, input, output, meetings);
}

/** Sums over some axes of each sample, as the adjoint of repeating along them. */
export function sumLanes({ label, input, output, from, to }: Repeated): GroupKernel {
  const terms = axisTerms(from, to);
  const meetings: number[][] = Array.from({ length: sizeOf(to) }, () => []);
  for (let element = 0; element < sizeOf(from); element++) meetings[elementBy(terms, element)]!.push(element);
  return addLanes(label, input, output, meetings);
}

function addLanes(
  label: string,
  input: ArrayIndex,
  output: ArrayIndex,
  elements: readonly (readonly number[])[],
): GroupKernel {
  return {
    kind: "indexed-contract",
    label,
    input,
    rows: elements.map((list) => list.map((element) => ({ input: element, filter: 0, factor: 1 }))),
    columns: [[{ input: 0, filter: 0, factor: 1 }]],
    outputRows: elements.length,
    outputColumns: 1,
    groups: 1,
    inputChannels: 1,
    outputChannels: 1,
    work: {
      operands: [{ kind: "contraction" }],
      lets: [{ kind: "argument", index: 0 }],
      stores: [{ array: output, let: 0 }],
      sums: [],
    },
  };
}
