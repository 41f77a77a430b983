/**
 * The restrain phase: how λmax depends on the weights, in circuits that bound it.
 *
 * In the direction v that grows fastest, of length 1, β·λmax is v·J v. Its gradient by each learned weight, with v and the
 * states held, is written to an accumulator, summed over the samples that the host has chosen (1 or 0). The host moves the
 * weights against it, just far enough. J v is run backwards, as a settle is for backpropagation.
 */
import { argument, constant, mul, type Phase, select, type ValueId } from "@settle/program";
import { reversePhase } from "./reverse-phase.ts";
import type { Parameter } from "../derive/equations.ts";
import { restrainedWeights } from "../derive/restrained-weights.ts";
import { chosenId, directionId, growthGradientId, offDiagonalId } from "./buffer-ids.ts";
import type { Lowering } from "./lower.ts";
import { emitImages } from "./lower-stability.ts";
import { parameterType } from "./parameter-type.ts";
import { createPhaseBuilder, type PhaseBuilder } from "./phase-builder.ts";
import { relationsOf } from "./relations-of.ts";

export function lowerRestrain(lowering: Lowering): Phase {
  const { equations, parts } = lowering;
  const builder = createPhaseBuilder(parts);
  const weights = restrainedWeights(equations);
  if (weights.length === 0) return builder.finish();
  const forward = createPhaseBuilder(parts);
  const images = emitImages(forward, lowering);
  for (const { state, image } of images) forward.write(directionId(state.id), image);
  const chosen = builder.read(chosenId);
  const cotangents = new Map(
    images.map(({ state }) => {
      const id = directionId(state.id);
      return [id, builder.map(mul(argument(0), argument(1)), [builder.read(id), chosen], `${id}, chosen`)] as const;
    }),
  );
  const related = relationsOf(equations.graph).map(({ id }) => id);
  const wanted = new Set(weights.map(({ id }) => id));
  const gradients = reversePhase(builder, forward.finish(), (relation) => related[relation]!, cotangents, wanted);
  for (const parameter of weights) {
    const gradient = gradients.get(parameter.id);
    const zero = () => builder.map(constant(0), [], "0", parameterType(equations, parameter));
    const id = growthGradientId(parameter.id);
    builder.write(id, gradient === undefined ? zero() : free(builder, lowering, parameter, gradient));
  }
  return builder.finish();
}

/** 0 by what stays 0 for good: what a mask leaves out, and what would drive itself. */
function free(builder: PhaseBuilder, { equations }: Lowering, parameter: Parameter, gradient: ValueId): ValueId {
  const label = `${growthGradientId(parameter.id)}, masked`;
  const where = (mask: string): ValueId =>
    builder.map(select(argument(1), "eq", 0, 0, argument(0)), [gradient, builder.read(mask)], label);
  if (parameter.mask !== undefined) return where(parameter.mask);
  const lateral = equations.graph.laterals.get(parameter.owner);
  return lateral?.offDiagonal === true ? where(offDiagonalId(lateral.id)) : gradient;
}
