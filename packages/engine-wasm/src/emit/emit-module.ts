/** KernelPlan → the text of a WebAssembly module. */
import type { GroupKernel, KernelPlan } from "@settle/kernels";
import { type PhaseName, phaseNames } from "@settle/program";

import { emitContract } from "./emit-contract.ts";
import { emitGradient, emitLaneSum } from "./emit-gradient.ts";
import { emitIndexedContract, emitIndexedGradient } from "./emit-indexed.ts";
import { emitMap } from "./emit-map.ts";
import { emitMaxPool } from "./emit-max-pool.ts";
import { emitShared, invertFunction, mergeFunction, packFunction, transposeFunction } from "./emit-shared.ts";
import { emitSingleMap } from "./emit-single-map.ts";
import { emitSoftmax } from "./emit-softmax.ts";
import { ModuleBuilder } from "./module-builder.ts";
import { vectorFunctions } from "./vector-math.ts";
import { addI32, get, groupParameters, i32, WatFunction } from "./wat-function.ts";

export interface EmitOptions {
  /** Whether relaxed multiply-adds may be used. */
  readonly fused: boolean;
  /** Whether the memory is shared between threads. */
  readonly sharedMemory: boolean;
  /** Where the module's own part of the memory may begin, in bytes; default: behind the shared arrays. */
  readonly from?: number;
  /** Phases whose kernels it has; default: all. */
  readonly phases?: readonly PhaseName[];
  /** Whether each kernel of a lane group is exported too, as `<phase>.<index>`, with the parameters of the phase. */
  readonly exportKernels?: boolean;
}

/**
 * The module imports `settle.memory` and exports for each of the phases
 * - `<phase>.head ()`: what depends on parameters alone; once before the groups
 * - `<phase>.group (group, temporary, partial, valid)`: one lane group; bases in bytes, samples in the group
 * - `<phase>.tail (partials, groups)`: adds the groups' partials up, then what depends on the sums
 */
export interface EmittedModule {
  readonly text: string;
  /** Where the static part ends, in bytes: control words, shared arrays, packed weights, tables. */
  readonly staticBytes: number;
}

export function emitModule(plan: KernelPlan, options: EmitOptions): EmittedModule {
  const { fused, sharedMemory, from, phases = phaseNames, exportKernels = false } = options;
  const module = new ModuleBuilder(plan, fused, from);
  const entries = phases.flatMap((phase) => emitPhase(module, phase));
  const inverts = phases.some((phase) =>
    [...plan.phases[phase].head, ...plan.phases[phase].tail].some(({ kind }) => kind === "triangular-inverse"),
  );
  const helpers = [
    ...vectorFunctions(module.used),
    transposeFunction(),
    packFunction(),
    mergeFunction(),
    ...(inverts ? [invertFunction()] : []),
  ];
  const kernels = (exportKernels ? phases : []).flatMap((phase) =>
    plan.phases[phase].group.map((_, index) => `${phase}.${index}`),
  );
  const pages = Math.ceil(module.staticBytes / 65536);
  const lines = [
    `;; ${plan.lanes === 1 ? "single samples" : `${plan.lanes} samples in a lane group`}; ${fused ? "relaxed" : "plain"} SIMD`,
    "(module",
    `  (import "settle" "memory" (memory ${pages}${sharedMemory ? " 65536 shared" : ""}))`,
    ...[...helpers, ...module.functions, ...entries].map((f) => f.toText()),
    ...module.tables.map(
      ({ address, words }) => `  (data (i32.const ${address}) "${words.map(littleEndian).join("")}")`,
    ),
    ...kernels.map((name) => `  (export "${name}" (func $${name}))`),
    ")",
  ];
  return { text: `${lines.join("\n")}\n`, staticBytes: module.staticBytes };
}

/** Whether a phase has something in its head, group and tail. */
export function partsOf(
  plan: KernelPlan,
  phase: PhaseName,
): { readonly head: boolean; readonly group: boolean; readonly tail: boolean } {
  const { head, group, merges, tail } = plan.phases[phase];
  const packs = group.some(({ kind }) => kind === "contract");
  return { head: head.length > 0 || packs, group: group.length > 0, tail: merges.length + tail.length > 0 };
}

function emitPhase(module: ModuleBuilder, phase: PhaseName): readonly WatFunction[] {
  const { plan } = module;
  const { head, group, merges, tail } = plan.phases[phase];
  const headFunction = new WatFunction(`${phase}.head`, { exported: true });
  const groupFunction = new WatFunction(`${phase}.group`, { exported: true, parameters: groupParameters });
  const tailFunction = new WatFunction(`${phase}.tail`, { exported: true, parameters: ["partials", "groups"] });
  head.forEach((kernel, index) => headFunction.line(emitShared(module, `${phase}.head${index}`, kernel)));
  const packs = new Set<string>();
  group.forEach((kernel, index) => {
    const name = `${phase}.${index}`;
    const { f, packs: more = [] } = emitGroupKernel(module, name, kernel, phase === "step");
    module.functions.push(f);
    groupFunction.line(`(call $${name} ${groupParameters.map(get).join(" ")})`);
    for (const pack of more) packs.add(pack);
  });
  for (const pack of packs) headFunction.line(pack);
  for (const { partial, shared } of merges) {
    const from = addI32(get("partials"), i32(module.place(partial).offset));
    const { offset, elements } = module.place(shared);
    const bytes = Math.ceil(elements / 4) * 16;
    tailFunction.line(
      `(call $merge ${from} ${i32(plan.sizes.partial * 4)} ${get("groups")} ${i32(offset)} ${i32(bytes)})`,
    );
  }
  tail.forEach((kernel, index) => tailFunction.line(emitShared(module, `${phase}.tail${index}`, kernel)));
  return [headFunction, groupFunction, tailFunction];
}

/** Whether the kernels of a plan have a form for single samples that is worth having. */
export function canRunSingly(plan: KernelPlan): boolean {
  return phaseNames.every((phase) => plan.phases[phase].group.every(({ kind }) => singleKinds.has(kind)));
}

const singleKinds: ReadonlySet<GroupKernel["kind"]> = new Set(["contract", "map", "softmax", "gradient", "lane-sum"]);

function emitGroupKernel(
  module: ModuleBuilder,
  name: string,
  kernel: GroupKernel,
  often: boolean,
): { readonly f: WatFunction; readonly packs?: readonly string[] } {
  if (module.single && !singleKinds.has(kernel.kind))
    throw new Error(`kernel fault: ${kernel.label} has no form for a single sample`);
  switch (kernel.kind) {
    case "contract": {
      const { driver, packs } = emitContract(module, name, kernel, often);
      return { f: driver, packs };
    }
    case "indexed-contract":
      return { f: emitIndexedContract(module, name, kernel) };
    case "indexed-gradient":
      return { f: emitIndexedGradient(module, name, kernel) };
    case "max-pool":
      return { f: emitMaxPool(module, name, kernel) };
    case "map":
      if (module.single) return { f: emitSingleMap(module, name, kernel.label, kernel.elements, kernel.work) };
      return { f: emitMap(module, name, kernel.label, kernel.elements, kernel.work) };
    case "softmax":
      return { f: emitSoftmax(module, name, kernel) };
    case "gradient":
      return { f: emitGradient(module, name, kernel) };
    case "lane-sum":
      return { f: emitLaneSum(module, name, kernel) };
    default:
      return kernel satisfies never;
  }
}

function littleEndian(word: number): string {
  return [0, 8, 16, 24].map((shift) => `\\${((word >>> shift) & 0xff).toString(16).padStart(2, "0")}`).join("");
}
