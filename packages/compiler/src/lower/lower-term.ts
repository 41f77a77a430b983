/** Terms → instructions. Whatever is entry-by-entry becomes one map over the contractions it is made of. */
import {
  add,
  argument,
  constant,
  div,
  mul,
  type ScalarExpression,
  sub,
  substitute,
  type ValueId,
} from "@settle/program";
import { offDiagonalId, rateId } from "./buffer-ids.ts";
import { constantDeviation } from "./given-numbers.ts";
import { precisionId } from "../derive/derive-precision.ts";
import { printTerm } from "../derive/print-term.ts";
import type { Equations } from "../derive/equations.ts";
import type { Term } from "../derive/term.ts";
import { assertThat } from "../fault.ts";
import type { PhaseBuilder } from "./phase-builder.ts";

/** What the symbols of the equations stand for at one point of a phase. */
export interface Scope {
  /** z of every state. */
  readonly states: ReadonlyMap<string, ValueId>;
  /** Predictions and errors that have a value already. Filled as errors are lowered. */
  readonly predictions: Map<string, ValueId>;
  readonly errors: Map<string, ValueId>;
}

export const scopeOf = (states: ReadonlyMap<string, ValueId>): Scope => ({
  states,
  predictions: new Map(),
  errors: new Map(),
});

export interface TermLowering {
  readonly equations: Equations;
  readonly builder: PhaseBuilder;
}

/** The value of a term. */
export function lowerTerm(lowering: TermLowering, scope: Scope, term: Term, label?: string): ValueId {
  const { equations, builder } = lowering;
  const name = label ?? printTerm(term, equations);
  switch (term.kind) {
    case "predict": {
      const { weights } = equations.graph.stages.get(term.stage)!;
      const weight = weights === undefined ? {} : { weight: builder.read(weights) };
      return builder.contract(term.stage, "post", { pre: lowerTerm(lowering, scope, term.of), ...weight }, name);
    }
    case "feedback": {
      const { weights, errorWeights } = equations.graph.stages.get(term.stage)!;
      const tensor = errorWeights.kind === "separate" ? `error:${term.stage}` : weights;
      const weight = weights === undefined || tensor === undefined ? {} : { weight: builder.read(tensor) };
      return builder.contract(term.stage, "pre", { post: lowerTerm(lowering, scope, term.of), ...weight }, name);
    }
    case "largest": {
      const [by, of] = [lowerTerm(lowering, scope, term.by), lowerTerm(lowering, scope, term.of)];
      return builder.maxPool(term.stage, term.produce, by, of, name);
    }
    case "hidden":
      return lowerTerm(lowering, scope, equations.hidden.get(term.stage)!, name);
    case "credit":
      return lowerTerm(lowering, scope, equations.credits.get(term.stage)!, name);
    case "lateral":
      return builder.contract(
        term.lateral,
        "post",
        { pre: lowerTerm(lowering, scope, term.of), weight: lateralWeights(lowering, term.lateral) },
        name,
      );
    case "correlate-lateral":
    case "correlate-errors":
      return builder.contract(
        term.kind === "correlate-lateral" ? term.lateral : precisionId(term.error),
        "weight",
        { pre: lowerTerm(lowering, scope, term.pre), post: lowerTerm(lowering, scope, term.post) },
        name,
      );
    case "ones":
      return builder.map(constant(1), [], name, {
        batch: true,
        shape: equations.graph.states.get(term.state)!.shape,
      });
    case "per-variance": {
      const of = lowerTerm(lowering, scope, term.of);
      const axes = builder.typeOf(of).shape.map((_, axis) => axis);
      const { kind } = equations.graph.errors.get(term.error)!.precision!;
      const over = kind === "scalar" ? axes : kind === "channel" ? axes.slice(0, -1) : [];
      return builder.reduce(of, { axes: over, batch: true }, name);
    }
    case "precision":
    case "deviation":
    case "weighed":
      if (equations.graph.errors.get(term.error)?.precision?.kind === "full") {
        return fullPrecision(lowering, scope, term, name);
      }
      break;
    case "correlate":
      return builder.contract(
        term.stage,
        "weight",
        { pre: lowerTerm(lowering, scope, term.pre), post: lowerTerm(lowering, scope, term.post) },
        name,
      );
    case "positions": {
      const of = lowerTerm(lowering, scope, term.of);
      const rank = builder.typeOf(of).shape.length;
      return builder.reduce(of, { axes: Array.from({ length: rank - 1 }, (_, axis) => axis), batch: true }, name);
    }
    case "half-square": {
      const of = lowerTerm(lowering, scope, term.of);
      const square = builder.map(mul(argument(0), argument(0)), [of], `${printTerm(term.of, equations)}²`);
      const axes = builder.typeOf(of).shape.map((_, axis) => axis);
      const total = builder.reduce(square, { axes, batch: false }, `‖${printTerm(term.of, equations)}‖²`);
      return builder.map(mul(0.5, argument(0)), [total], name);
    }
    case "error": {
      const existing = scope.errors.get(term.error);
      if (existing !== undefined) return existing;
      const value = lowerTerm(lowering, scope, equations.errors.get(term.error)!, term.error);
      scope.errors.set(term.error, value);
      return value;
    }
    case "output":
      if (equations.outputs.get(term.error) === "softmax") {
        return builder.softmax(lowerTerm(lowering, scope, term.of), name);
      }
      break;
    default:
      break;
  }
  const operands: ValueId[] = [];
  const expression = scalarOf(lowering, scope, term, operands);
  return builder.map(expression, operands, name);
}

/** A term as a scalar expression over values, which are added to `operands`. */
export function scalarOf(lowering: TermLowering, scope: Scope, term: Term, operands: ValueId[]): ScalarExpression {
  const { equations } = lowering;
  const of = (part: Term): ScalarExpression => scalarOf(lowering, scope, part, operands);
  const value = (id: ValueId): ScalarExpression => {
    operands.push(id);
    return argument(operands.length - 1);
  };
  const state = (id: string): ScalarExpression => {
    const z = scope.states.get(id);
    assertThat(z !== undefined, `state ${id} has no value yet`);
    return value(z);
  };
  switch (term.kind) {
    case "state":
      return state(term.state);
    case "activity":
      return substitute(equations.activations.get(term.state)!.expression, [state(term.state)]);
    case "slope":
      return substitute(equations.activations.get(term.state)!.derivative, [state(term.state)]);
    case "stage-activity":
      return substitute(equations.stageActivations.get(term.stage)!.expression, [of(term.of)]);
    case "stage-slope":
      return substitute(equations.stageActivations.get(term.stage)!.derivative, [of(term.of)]);
    case "prior":
      return substitute(equations.priors.get(term.state)!.expression, [state(term.state)]);
    case "ones":
      return constant(1);
    case "bias":
      return value(lowering.builder.read(`bias:${term.error}`));
    case "prediction": {
      const existing = scope.predictions.get(term.error);
      return existing === undefined ? of(equations.predictions.get(term.error)!) : value(existing);
    }
    case "output": {
      const output = equations.outputs.get(term.error);
      if (output === "softmax" || output === undefined) return value(lowerTerm(lowering, scope, term));
      return substitute(output.expression, [of(term.of)]);
    }
    case "precision":
    case "deviation":
    case "weighed": {
      if (equations.graph.errors.get(term.error)?.precision?.kind === "full") {
        return value(lowerTerm(lowering, scope, term));
      }
      const constantly = constantDeviation(equations.graph.errors.get(term.error)!);
      const sigma =
        constantly === undefined ? value(lowering.builder.read(precisionId(term.error))) : constant(constantly);
      return diagonalPrecision(equations, term, of(term.of), sigma);
    }
    case "scale":
      return mul(constant(term.by), of(term.of));
    case "rated":
      return mul(value(lowering.builder.read(rateId)), of(term.of));
    case "times":
      return mul(of(term.a), of(term.b));
    case "sum":
      return sumOf(term.terms, of);
    case "error":
    case "predict":
    case "feedback":
    case "lateral":
    case "largest":
    case "hidden":
    case "credit":
    case "correlate":
    case "correlate-lateral":
    case "correlate-errors":
    case "positions":
    case "per-variance":
    case "half-square":
      return value(lowerTerm(lowering, scope, term));
    default:
      return term satisfies never;
  }
}

function sumOf(terms: readonly Term[], of: (term: Term) => ScalarExpression): ScalarExpression {
  let total: ScalarExpression = constant(0);
  for (const term of terms) {
    total =
      term.kind === "scale" && term.by < 0 ? sub(total, mul(constant(-term.by), of(term.of))) : add(total, of(term));
  }
  return total;
}

/** Weights of a lateral synapse, with nothing on the diagonal where an entry would drive itself. */
function lateralWeights({ equations, builder }: TermLowering, id: string): ValueId {
  const weights = builder.read(id);
  if (equations.graph.laterals.get(id)?.offDiagonal !== true) return weights;
  return builder.map(
    mul(argument(0), argument(1)),
    [weights, builder.read(offDiagonalId(id))],
    `${id} off its diagonal`,
  );
}

type PrecisionTerm = Extract<Term, { readonly kind: "precision" | "deviation" | "weighed" }>;

/** Of a full precision: contractions with R⁻¹, or with R. */
function fullPrecision(lowering: TermLowering, scope: Scope, term: PrecisionTerm, label: string): ValueId {
  const { equations, builder } = lowering;
  const id = precisionId(term.error);
  const of = lowerTerm(lowering, scope, term.of);
  const factor = builder.read(id);
  if (term.kind === "deviation") return builder.contract(id, "pre", { post: of, weight: factor }, label);
  const weight = builder.triangularInverse(factor, `R(${term.error})⁻¹`);
  if (term.kind === "weighed") return builder.contract(id, "pre", { post: of, weight }, label);
  const weighs = equations.graph.errors.get(term.error)?.precision?.apply === "weigh";
  const whitened = builder.contract(id, "post", { pre: of, weight }, weighs ? `${term.error} whitened` : label);
  return weighs ? builder.contract(id, "pre", { post: whitened, weight }, label) : whitened;
}

function diagonalPrecision(
  { graph }: Equations,
  { kind, error }: PrecisionTerm,
  of: ScalarExpression,
  sigma: ScalarExpression,
): ScalarExpression {
  switch (kind) {
    case "precision":
      return div(of, graph.errors.get(error)?.precision?.apply === "weigh" ? mul(sigma, sigma) : sigma);
    case "deviation":
      return mul(of, sigma);
    case "weighed":
      return div(of, sigma);
    default:
      return kind satisfies never;
  }
}
