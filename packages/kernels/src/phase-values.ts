/** Where the values of one phase live while its kernels are made, and how kernels read and write them. */
import { settleError } from "@settle/diagnostics";
import {
  argument,
  type BufferId,
  type Phase,
  type PhaseName,
  type Program,
  type Shape,
  sizeOf,
  substitute,
  type ValueType,
} from "@settle/program";
import { chooseWriteTargets } from "./choose-write-targets.ts";
import { elementMap } from "./element-map.ts";
import { type Fusion, fusePhase, type MapInstruction } from "./fuse-phase.ts";
import type { ArrayIndex, ElementWork, GroupKernel, KernelOperand, SharedKernel, Space } from "./kernel-plan.ts";
import { repeatLanes, repeatShared } from "./plan-repeat.ts";
import { shareFunctions } from "./share-functions.ts";

/** Arrays while the plan grows; offsets come later. */
export interface ArrayTable {
  add(id: string, space: Space, elements: number, buffer?: BufferId): ArrayIndex;
  ofBuffer(buffer: BufferId): ArrayIndex;
}

export class PhaseValues {
  readonly program: Program;
  readonly phase: Phase;
  readonly fusion: Fusion;
  readonly #name: PhaseName;
  readonly #arrays: ArrayTable;
  /** Values that are made in the buffer they are written to. */
  readonly #written: ReadonlyMap<number, BufferId>;
  readonly #places = new Map<number, ArrayIndex>();
  readonly #repeats: { readonly shared: SharedKernel[]; readonly group: GroupKernel[] } = { shared: [], group: [] };

  constructor(program: Program, name: PhaseName, arrays: ArrayTable) {
    this.program = program;
    this.phase = shareFunctions(program.phases[name]);
    this.fusion = fusePhase(this.phase);
    this.#name = name;
    this.#arrays = arrays;
    this.#written = chooseWriteTargets(this.phase, this.fusion, (value) => this.typeOf(value));
    for (const { value, buffer } of this.phase.reads) this.#places.set(value, arrays.ofBuffer(buffer));
  }

  typeOf(value: number): ValueType {
    return this.phase.values[value]!.type;
  }

  labelOf(value: number): string {
    return this.phase.values[value]?.label ?? `%${value}`;
  }

  bufferArray(buffer: BufferId): ArrayIndex {
    return this.#arrays.ofBuffer(buffer);
  }

  /** The array a value is in. */
  at(value: number): ArrayIndex {
    const array = this.#places.get(value);
    if (array === undefined) throw new Error(`kernel fault: %${value} of ${this.#name} has no array`);
    return array;
  }

  /** An array beside those of values: something made of the value. */
  add(value: number, what: string, space: Space, elements: number): ArrayIndex {
    return this.#arrays.add(`${this.#name}.${value} ${what}`, space, elements);
  }

  /** Puts a new value into its buffer where that is safe, else into an array of its own. */
  allocate(value: number): ArrayIndex {
    const buffer = this.#written.get(value);
    const { batch, shape } = this.typeOf(value);
    const array =
      buffer === undefined
        ? this.add(value, this.labelOf(value), batch ? "temporary" : "shared", sizeOf(shape))
        : this.#arrays.ofBuffer(buffer);
    this.#places.set(value, array);
    return array;
  }

  /** Puts a new value into a shared array of its own. */
  allocateShared(value: number): ArrayIndex {
    const array = this.add(value, this.labelOf(value), "shared", sizeOf(this.typeOf(value).shape));
    this.#places.set(value, array);
    return array;
  }

  /** @param contraction  the value of the contraction that the kernel is fused with */
  operand(value: number, result: ValueType, contraction?: number): KernelOperand {
    if (value === contraction) return { kind: "contraction" };
    const map = elementMap(this.typeOf(value).shape, result.shape);
    if (map !== undefined) return { kind: "array", array: this.at(value), map };
    return {
      kind: "array",
      array: this.#repeat(value, result.shape),
      map: { divide: 1, modulo: sizeOf(result.shape) },
    };
  }

  /** Kernels that lay out operands of the kernel just planned; they run before it. */
  takeRepeats(): { readonly shared: readonly SharedKernel[]; readonly group: readonly GroupKernel[] } {
    return { shared: this.#repeats.shared.splice(0), group: this.#repeats.group.splice(0) };
  }

  #repeat(value: number, to: Shape): ArrayIndex {
    const { batch, shape: from } = this.typeOf(value);
    const what = `${this.labelOf(value)} repeated`;
    const output = this.add(value, what, batch ? "temporary" : "shared", sizeOf(to));
    const repeated = { label: what, input: this.at(value), output, from, to };
    if (batch) this.#repeats.group.push(repeatLanes(repeated));
    else this.#repeats.shared.push(repeatShared(repeated));
    return output;
  }

  /** Work of a map (or of nothing but a store), with the sums fused into it. */
  workOf(value: number, instruction: MapInstruction | undefined, contraction?: number): ElementWork {
    const type = this.typeOf(value);
    const operands =
      instruction === undefined
        ? [{ kind: "contraction" } as const]
        : instruction.operands.map((each) => this.operand(each, type, contraction));
    const result = argument(operands.length);
    const lets = [instruction?.expression ?? argument(0)];
    const sums: { array: ArrayIndex; let: number }[] = [];
    for (const { map, reduce } of this.fusion.sumsOf.get(value) ?? []) {
      lets.push(
        map === undefined
          ? result
          : substitute(
              map.expression,
              map.operands.map(() => result),
            ),
      );
      sums.push({ array: this.allocate(reduce.out), let: lets.length - 1 });
    }
    const stores = this.fusion.unstored.has(value) ? [] : [{ array: this.allocate(value), let: 0 }];
    return { operands, lets, stores, sums };
  }

  unsupported(what: string): Error {
    return settleError("engine/unsupported", `Kernels cannot express ${what} (phase ${this.#name}).`, {
      help: "use another engine: `settle engines` lists them.",
    });
  }
}
