/** A Program's kernels in the form that suits a batch: lane groups, or samples by themselves. */
import { type KernelPlan, planProgram } from "@settle/kernels";
import type { PhaseName, Program } from "@settle/program";

import { assemble } from "./assemble.ts";
import { canRunSingly, emitModule } from "./emit/emit-module.ts";
import type { LaneMemory } from "./lane-memory.ts";
import { requireWebAssembly, type WasmModule } from "./web-assembly.ts";

export type PhaseFunctions = Readonly<Record<string, (...bases: readonly number[]) => void>>;

/** Kernels of some phases, ready to run. */
export interface KernelModule {
  /** Unlike that of any other of the Program. */
  readonly key: string;
  readonly module: WasmModule;
  /** Phase functions on the thread that calls. */
  readonly functions: PhaseFunctions;
}

export interface FormOptions {
  readonly lanes: number;
  /** Whether batches that would leave lanes empty are taken one by one, if their kernels can be. */
  readonly singly: boolean;
  readonly fused: boolean;
  readonly sharedMemory: boolean;
}

/**
 * A lane group that is not full takes as long as a full one. Samples by themselves have vectors of neighbouring channels
 * instead, which maps fill less well: three of them take about as long as a group of four.
 */
const leavesLanesEmpty = (batch: number, lanes: number): boolean => batch <= (3 / 4) * lanes;

/** Phases that go into a module together. */
const companions: readonly (readonly PhaseName[])[] = [
  ["start", "step", "readout"],
  ["accumulate", "apply"],
  ["stability", "restrain"],
];

/** Modules are written, assembled and compiled when they are first needed. */
export class KernelForms {
  /** The plan of lane groups. */
  readonly plan: KernelPlan;
  readonly #single: KernelPlan | undefined;
  readonly #options: FormOptions;
  readonly #made = new Map<string, KernelModule>();

  /** @throws {SettleError} `engine/unsupported` naming what kernels cannot express */
  constructor(program: Program, options: FormOptions) {
    this.#options = options;
    this.plan = planProgram(program, { lanes: options.lanes });
    const singly = options.singly && canRunSingly(this.plan);
    this.#single = singly ? planProgram(program, { lanes: 1 }) : undefined;
  }

  planFor(batch: number): KernelPlan {
    const { lanes } = this.plan;
    return this.#single !== undefined && leavesLanesEmpty(batch, lanes) ? this.#single : this.plan;
  }

  /**
   * The modules of these phases.
   * @param memory  gets room for what a module keeps there whatever the batch
   */
  async modulesFor(
    plan: KernelPlan,
    phases: readonly PhaseName[],
    memory: LaneMemory,
  ): Promise<ReadonlyMap<PhaseName, KernelModule>> {
    const modules = new Map<PhaseName, KernelModule>();
    for (const together of companions) {
      if (!together.some((phase) => phases.includes(phase))) continue;
      const made = await this.#make(plan, together, memory);
      for (const phase of together) modules.set(phase, made);
    }
    return modules;
  }

  async #make(plan: KernelPlan, phases: readonly PhaseName[], memory: LaneMemory): Promise<KernelModule> {
    const key = `${phases.join("-")} ${plan.lanes}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const { fused, sharedMemory } = this.#options;
    const { text, staticBytes } = emitModule(plan, { fused, sharedMemory, from: memory.staticBytes, phases });
    const webAssembly = requireWebAssembly();
    const module = await webAssembly.compile(await assemble(text));
    memory.reserve(staticBytes);
    const instance = await webAssembly.instantiate(module, { settle: { memory: memory.memory } });
    const made = { key, module, functions: instance.exports as PhaseFunctions };
    this.#made.set(key, made);
    return made;
  }
}
