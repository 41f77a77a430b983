/** Relations and pools side by side in one Program, with numbers for all of its inputs. */
import {
  argument,
  type Buffer,
  type BufferId,
  type BufferRole,
  hasTensor,
  type Instruction,
  mul,
  type Phase,
  type Program,
  type Relation,
  sub,
  type Value,
  type ValueId,
  type ValueType,
  verifyProgram,
  weightShape,
} from "@settle/program";

/**
 * A Program whose `readout` takes every relation both ways, each way with arithmetic and a sum of squares that a kernel
 * may take in, and whose `accumulate` sums the filter gradients. Pools are taken both ways by their own values.
 */
export function relationsProgram(relations: readonly Relation[], pools: readonly Relation[]): Program {
  const buffers: Buffer[] = [];
  const declare = (id: string, role: BufferRole, type: ValueType): BufferId => {
    const initial = { kind: "constant", value: 0 } as const;
    const single = role === "parameter" || (role === "input" && !type.batch);
    buffers.push({ id: id as BufferId, role, type, description: id, ...(single ? { initial } : {}) });
    return id as BufferId;
  };
  const readout = createPhase();
  const accumulate = createPhase();
  /** 2 x − y, and ‖·‖². */
  const finish = (phase: PhaseDraft, name: string, value: ValueId, other: ValueId, type: ValueType): void => {
    const doubled = phase.add(type, (out) => ({
      kind: "map",
      out,
      expression: sub(mul(2, argument(0)), argument(1)),
      operands: [value, other],
    }));
    phase.write(declare(name, "readout", type), doubled);
    const square = phase.add(type, (out) => ({
      kind: "map",
      out,
      expression: mul(argument(0), argument(0)),
      operands: [doubled],
    }));
    const axes = type.shape.map((_, axis) => axis);
    const sum = phase.add({ batch: true, shape: [] }, (out) => ({
      kind: "reduce",
      out,
      operation: "sum",
      operand: square,
      axes,
      batch: false,
      keep: false,
    }));
    phase.write(declare(`${name} squared`, "readout", { batch: true, shape: [] }), sum);
  };
  [...relations, ...pools].forEach((relation, index) => {
    const types = {
      pre: { batch: true, shape: relation.preShape },
      post: { batch: true, shape: relation.postShape },
      weight: { batch: false, shape: weightShape(relation) },
    };
    const ids = {
      pre: declare(`pre ${index}`, "input", types.pre),
      post: declare(`post ${index}`, "input", types.post),
    };
    const pre = readout.read(ids.pre, types.pre);
    const post = readout.read(ids.post, types.post);
    if (index >= relations.length) {
      const pool = (produce: "post" | "pre", of: ValueId): ValueId =>
        readout.add(types[produce], (out) => ({ kind: "max-pool", out, relation: index, produce, by: pre, of }));
      finish(readout, `largest ${index}`, pool("post", pre), post, types.post);
      const turned = readout.add(types.pre, (out) => ({
        kind: "map",
        out,
        expression: sub(1, argument(0)),
        operands: [pre],
      }));
      finish(readout, `chosen ${index}`, pool("post", turned), post, types.post);
      finish(readout, `sent ${index}`, pool("pre", post), pre, types.pre);
      return;
    }
    const tensor = hasTensor(relation) ? declare(`weight ${index}`, "parameter", types.weight) : undefined;
    const weight = tensor === undefined ? {} : { weight: readout.read(tensor, types.weight) };
    const forward = readout.add(types.post, (out) => ({
      kind: "contract",
      out,
      relation: index,
      produce: "post",
      pre,
      ...weight,
    }));
    finish(readout, `forward ${index}`, forward, post, types.post);
    const back = readout.add(types.pre, (out) => ({
      kind: "contract",
      out,
      relation: index,
      produce: "pre",
      post,
      ...weight,
    }));
    finish(readout, `back ${index}`, back, pre, types.pre);
    if (tensor === undefined) return;
    const sides = { pre: accumulate.read(ids.pre, types.pre), post: accumulate.read(ids.post, types.post) };
    const gradient = accumulate.add(types.weight, (out) => ({
      kind: "contract",
      out,
      relation: index,
      produce: "weight",
      ...sides,
    }));
    accumulate.write(declare(`gradient ${index}`, "accumulator", types.weight), gradient);
  });
  const single = { batch: false, shape: [] };
  const program: Program = {
    format: "settle-program",
    version: 1,
    circuit: { name: "relations", hash: "0" },
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
    relations: [...relations, ...pools],
    buffers,
    phases: {
      start: createPhase().phase,
      step: createPhase().phase,
      readout: readout.phase,
      accumulate: accumulate.phase,
      stability: createPhase().phase,
      apply: createPhase().phase,
    },
  };
  const faults = verifyProgram(program);
  if (faults.length > 0) throw new Error(faults.join("; "));
  return program;
}

interface PhaseDraft {
  readonly phase: Phase;
  read(buffer: BufferId, type: ValueType): ValueId;
  add(type: ValueType, instruct: (out: ValueId) => Instruction): ValueId;
  write(buffer: BufferId, value: ValueId): void;
}

function createPhase(): PhaseDraft {
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
