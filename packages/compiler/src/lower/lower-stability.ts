/**
 * The stability phase: one turn of power iteration on the motion of the states, linearised where they stand.
 *
 * With f(z) = β d(z), an Euler step multiplies a small deviation v by 1 − J, J = −∂f/∂z, and settling is stable while the
 * largest eigenvalue of J is below 2: β below 2/λmax. The phase takes each sample's direction v to J v, writes its length
 * as the sample's *growth* (which tends to the largest eigenvalue in size as the phase is repeated) and normalizes it.
 * J is never formed: the instructions that compute f are differentiated one by one, in the direction v.
 */
import {
  add,
  argument,
  constant,
  div,
  mul,
  neg,
  type Phase,
  type ScalarExpression,
  select,
  sqrt,
  sub,
  type ValueId,
} from "@settle/program";
import { differentiate } from "../derive/differentiate.ts";
import { rated } from "../derive/term.ts";
import type { GraphState } from "../resolve/circuit-graph.ts";
import { directionId, growthId, maskId } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { relationsOf } from "./relations-of.ts";
import { lowerTerm, scopeOf } from "./lower-term.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";
import { labelOf, replayInstruction } from "./replay-instruction.ts";

export function lowerStability(lowering: Lowering): Phase {
  const builder = createPhaseBuilder(lowering.parts);
  const images = emitImages(builder, lowering);
  const squares = images.map(({ image }) => {
    const axes = builder.typeOf(image).shape.map((_, axis) => axis);
    return builder.reduce(builder.map(mul(argument(0), argument(0)), [image], "J²"), { axes, batch: false }, "‖J‖²");
  });
  const total = squares.map((_, index) => argument(index)).reduce<ScalarExpression>(add, constant(0));
  const growth = builder.map(sqrt(total), squares, growthId, { batch: true, shape: [] });
  builder.write(growthId, growth);
  for (const { state, image } of images) {
    const direction = select(argument(1), "gt", 0, div(argument(0), argument(1)), 0);
    const id = directionId(state.id);
    builder.write(id, builder.map(direction, [image, growth], id));
  }
  return builder.finish();
}

/** J v of each state that moves, v being its direction. */
export function emitImages(
  builder: PhaseBuilder,
  lowering: Lowering,
): readonly { readonly state: GraphState; readonly image: ValueId }[] {
  const { equations, modes } = lowering;
  const { graph } = equations;
  const moving = [...graph.states.values()].filter((state) => modes.get(state.id) !== "clamped");
  const related = relationsOf(graph).map(({ id }) => id);
  const tangents = differentiatePhase(
    builder,
    motionOf(lowering),
    (relation) => related[relation]!,
    new Map(moving.map((state) => [state.id, directionId(state.id)])),
  );

  return moving.map((state) => {
    const tangent = tangents.get(directionId(state.id));
    const type = { batch: true, shape: state.shape };
    const label = `J(${state.id})`;
    if (tangent === undefined) return { state, image: builder.map(constant(0), [], label, type) };
    if (modes.get(state.id) !== "masked")
      return { state, image: builder.map(neg(argument(0)), [tangent], label, type) };
    const held = mul(sub(argument(1), 1), argument(0));
    return { state, image: builder.map(held, [tangent, builder.read(maskId(state.id))], label, type) };
  });
}

/** The phase that writes β d(z) of each moving state, under the ids of the directions. */
function motionOf({ equations, parts, modes }: Lowering): Phase {
  const builder = createPhaseBuilder(parts);
  const scope = scopeOf(new Map([...equations.graph.states.keys()].map((id) => [id, builder.read(id)])));
  for (const state of equations.graph.states.values()) {
    if (modes.get(state.id) === "clamped") continue;
    const motion = rated(state.rate, equations.corrections.get(state.id)!);
    builder.write(directionId(state.id), lowerTerm({ equations, builder }, scope, motion, `f(${state.id})`));
  }
  return builder.finish();
}

/**
 * Emits a phase's derivative in a direction, beside the values of the phase that it needs.
 *
 * @param directions  the buffer that holds the direction of each buffer that varies
 * @returns the derivative of each written value, by buffer; absent where it is zero
 */
function differentiatePhase(
  builder: PhaseBuilder,
  phase: Phase,
  idOf: (relation: number) => string,
  directions: ReadonlyMap<string, string>,
): ReadonlyMap<string, ValueId> {
  const values = new Map<number, ValueId>();
  const tangents = new Map<number, ValueId>();
  const at = (value: number): ValueId => values.get(value)!;
  for (const { value, buffer } of phase.reads) {
    values.set(value, builder.read(buffer));
    const direction = directions.get(buffer);
    if (direction !== undefined) tangents.set(value, builder.read(direction));
  }
  for (const instruction of phase.instructions) {
    const { out } = instruction;
    const label = labelOf(phase, out);
    const varied = `∂ ${label}`;
    values.set(out, replayInstruction(builder, phase, instruction, idOf, at));
    switch (instruction.kind) {
      case "contract": {
        const id = idOf(instruction.relation);
        const { produce, pre, post } = instruction;
        const weight = instruction.weight === undefined ? {} : { weight: at(instruction.weight) };
        const side = produce === "post" ? pre! : post!;
        const given = (value: ValueId) => (produce === "post" ? { pre: value, ...weight } : { post: value, ...weight });
        const tangent = tangents.get(side);
        if (tangent !== undefined) tangents.set(out, builder.contract(id, produce, given(tangent), varied));
        break;
      }
      case "map": {
        const operands = instruction.operands.map(at);
        const { type } = phase.values[out]!;
        const varying = instruction.operands.flatMap((operand, index) => {
          const tangent = tangents.get(operand);
          const slope = differentiate(instruction.expression, index);
          return tangent === undefined || (slope.kind === "constant" && slope.value === 0) ? [] : [{ tangent, slope }];
        });
        if (varying.length === 0) break;
        const derivative = varying
          .map(({ slope }, index) => mul(slope, argument(operands.length + index)))
          .reduce<ScalarExpression>(add, constant(0));
        const along = [...operands, ...varying.map(({ tangent }) => tangent)];
        tangents.set(out, builder.map(derivative, along, varied, type));
        break;
      }
      case "softmax": {
        const tangent = tangents.get(instruction.operand);
        if (tangent === undefined) break;
        const value = at(out);
        const weighed = builder.map(mul(argument(0), argument(1)), [value, tangent], `${varied}, weighed`);
        const axes = [builder.typeOf(value).shape.length - 1];
        const total = builder.reduce(weighed, { axes, batch: false, keep: true }, `${varied}, total`);
        tangents.set(
          out,
          builder.map(sub(argument(0), mul(argument(1), argument(2))), [weighed, value, total], varied),
        );
        break;
      }
      case "max-pool": {
        const id = idOf(instruction.relation);
        const { produce, by, of } = instruction;
        // The places of the windows do not change with a small deviation.
        const tangent = tangents.get(of);
        if (tangent !== undefined) tangents.set(out, builder.maxPool(id, produce, at(by), tangent, varied));
        break;
      }
      case "triangular-inverse":
        break;
      case "reduce":
        // The motion of states has no reduction: those of precision and discrepancy are not part of it.
        throw new Error(`compiler fault: the motion of the states reduces ${label}`);
      default:
        instruction satisfies never;
    }
  }
  return new Map(
    phase.writes.flatMap(({ buffer, value }) => {
      const tangent = tangents.get(value);
      return tangent === undefined ? [] : [[buffer, tangent] as const];
    }),
  );
}
