/** Programs written by hand, for tests of engines. */
import {
  type Buffer,
  type BufferId,
  type BufferRole,
  type Instruction,
  type Phase,
  type PhaseName,
  type Program,
  type Relation,
  type Value,
  type ValueId,
  type ValueType,
  verifyProgram,
} from "@settle/program";

export interface PhaseDraft {
  readonly phase: Phase;
  read(buffer: BufferId, type: ValueType): ValueId;
  add(type: ValueType, instruct: (out: ValueId) => Instruction): ValueId;
  write(buffer: BufferId, value: ValueId): void;
}

export function createPhase(): PhaseDraft {
  const values: Value[] = [];
  const reads: { value: ValueId; buffer: BufferId }[] = [];
  const instructions: Instruction[] = [];
  const writes: { buffer: BufferId; value: ValueId }[] = [];
  const define = (type: ValueType): ValueId => (values.push({ type }) - 1) as ValueId;
  return {
    phase: { values, reads, instructions, writes },
    read: (buffer, type) => {
      const value = define(type);
      reads.push({ value, buffer });
      return value;
    },
    add: (type, instruct) => {
      const out = define(type);
      instructions.push(instruct(out));
      return out;
    },
    write: (buffer, value) => void writes.push({ buffer, value }),
  };
}

export interface BufferDraft {
  readonly buffers: readonly Buffer[];
  readonly declare: (id: string, role: BufferRole, type: ValueType) => BufferId;
}

export function createBuffers(): BufferDraft {
  const buffers: Buffer[] = [];
  return {
    buffers,
    declare: (id, role, type) => {
      const initial = { kind: "constant", value: 0 } as const;
      const single = role === "parameter" || (role === "input" && !type.batch);
      buffers.push({ id: id as BufferId, role, type, description: id, ...(single ? { initial } : {}) });
      return id as BufferId;
    },
  };
}

/** @throws {Error} where it is no sound Program */
export function programOf(
  { buffers, declare }: BufferDraft,
  drafts: Partial<Readonly<Record<PhaseName, PhaseDraft>>>,
  relations: readonly Relation[] = [],
): Program {
  const single = { batch: false, shape: [] };
  const phaseOf = (name: PhaseName): Phase => (drafts[name] ?? createPhase()).phase;
  const program: Program = {
    format: "settle-program",
    version: 1,
    circuit: { name: "by-hand", hash: "0" },
    states: [],
    observed: [],
    errors: [],
    settle: { steps: 1 },
    learn: {
      batch: 1,
      rate: 1,
      rateInput: declare("rate", "input", single),
      countInput: declare("count", "input", single),
    },
    relations,
    buffers,
    phases: {
      start: phaseOf("start"),
      step: phaseOf("step"),
      readout: phaseOf("readout"),
      accumulate: phaseOf("accumulate"),
      stability: phaseOf("stability"),
      restrain: phaseOf("restrain"),
      apply: phaseOf("apply"),
    },
  };
  const faults = verifyProgram(program);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return program;
}
