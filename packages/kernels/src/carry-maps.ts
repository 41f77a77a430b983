/**
 * Values that a step computes from a state at its beginning, and the same step could leave behind for the next: the
 * kernel that writes the state then writes φ(state) as well, while it is in registers, and the map is needed before the
 * first of consecutive steps only.
 */
import { argument, substitute } from "@settle/program";
import { arraysOf } from "./arrays-of.ts";
import type { ArrayIndex, ElementMap, GroupKernel, KernelArray, MapKernel, PhasePlan } from "./kernel-plan.ts";

type Drafts = readonly Omit<KernelArray, "offset">[];

/** @returns the same phase, with what is carried; every kernel run every time gives the same numbers */
export function carryMaps(phase: PhasePlan, arrays: Drafts): PhasePlan {
  let group = phase.group;
  const carried: number[] = [];
  phase.group.forEach((kernel, index) => {
    const place = carriablePlace(phase.group, index, arrays);
    if (kernel.kind !== "map" || place === undefined) return;
    carried.push(index);
    group = group.with(place.writer, withMap(group[place.writer] as Writer, kernel, place.state));
  });
  return carried.length === 0 ? phase : { ...phase, group, carried };
}

type Writer = Extract<GroupKernel, { kind: "contract" | "map" }>;

/** Where a map's result could be written too: the state it is made of, and the kernel that writes that state. */
function carriablePlace(
  group: readonly GroupKernel[],
  index: number,
  arrays: Drafts,
): { readonly state: ArrayIndex; readonly writer: number } | undefined {
  const kernel = group[index];
  if (kernel?.kind !== "map") return undefined;
  const { operands, stores, sums } = kernel.work;
  const [operand, ...others] = operands;
  const [store, ...more] = stores;
  if (operand?.kind !== "array" || store === undefined || others.length + more.length + sums.length > 0)
    return undefined;
  const { elements } = kernel;
  const [state, result] = [operand.array, store.array];
  if (arrays[state]?.space !== "group" || arrays[result]?.space !== "temporary") return undefined;
  if (arrays[state].elements !== elements || !isSame(operand.map, elements)) return undefined;
  const touching = (array: ArrayIndex, what: "reads" | "writes"): readonly number[] =>
    group.flatMap((each, k) => (arraysOf(each)[what].includes(array) ? [k] : []));
  const [writer, ...otherWriters] = touching(state, "writes");
  if (writer === undefined || otherWriters.length > 0 || writer <= index) return undefined;
  if (touching(result, "writes").some((k) => k !== index)) return undefined;
  // Nobody may want the old values where the new ones are written, but the writer itself for the same element.
  if (touching(result, "reads").some((k) => k < index || k > writer)) return undefined;
  const last = group[writer];
  if (last?.kind !== "contract" && last?.kind !== "map") return undefined;
  if (last.kind === "contract" && last.input === result) return undefined;
  if (elementsOf(last) !== elements || !last.work.stores.some(({ array }) => array === state)) return undefined;
  const readsOthers = last.work.operands.some(
    (each) => each.kind === "array" && each.array === result && !isSame(each.map, elements),
  );
  return readsOthers ? undefined : { state, writer };
}

const isSame = ({ divide, modulo }: ElementMap, elements: number): boolean => divide === 1 && modulo >= elements;

const elementsOf = (kernel: Writer): number =>
  kernel.kind === "map" ? kernel.elements : kernel.outputRows * kernel.outputColumns * kernel.outputChannels;

/** The writer, doing the map as well with what it stores into the state. */
function withMap(writer: Writer, { work: map }: MapKernel, state: ArrayIndex): Writer {
  const { work } = writer;
  const written = work.stores.findLast(({ array }) => array === state);
  if (written === undefined) throw new Error(`kernel fault: ${writer.label} does not write what is to be carried`);
  const first = work.lets.length;
  const value = argument(work.operands.length + written.let);
  const own = map.lets.map((_, k) => argument(work.operands.length + first + k));
  return {
    ...writer,
    work: {
      ...work,
      lets: [...work.lets, ...map.lets.map((expression) => substitute(expression, [value, ...own]))],
      stores: [...work.stores, ...map.stores.map(({ array, let: k }) => ({ array, let: first + k }))],
    },
  };
}
