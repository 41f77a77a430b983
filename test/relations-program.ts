/** Relations and pools side by side in one Program, with numbers for all of its inputs. */
import {
  argument,
  hasTensor,
  mul,
  type Program,
  type Relation,
  sub,
  type ValueId,
  type ValueType,
  weightShape,
} from "@settle/program";
import { createBuffers, createPhase, type PhaseDraft, programOf } from "./phase-draft.ts";

/**
 * A Program whose `readout` takes every relation both ways, each way with arithmetic and a sum of squares that a kernel
 * may take in, and whose `accumulate` sums the filter gradients. Pools are taken both ways by their own values.
 */
export function relationsProgram(relations: readonly Relation[], pools: readonly Relation[]): Program {
  const draft = createBuffers();
  const { declare } = draft;
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
  return programOf(draft, { readout, accumulate }, [...relations, ...pools]);
}
