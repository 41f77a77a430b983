/** Terms as text and as LaTeX, in the notation of the papers. */
import { printNumber } from "@settle/program";
import type { OperationKind } from "../normalize/normal-circuit.ts";
import { synapseKinds } from "../synapses/synapse-kinds.ts";
import type { Equations } from "./equations.ts";
import type { Term } from "./term.ts";

/** What a notation must be able to write. */
interface Notation {
  readonly state: (id: string) => string;
  readonly prediction: (error: string, target: string) => string;
  readonly error: (id: string) => string;
  readonly bias: (error: string) => string;
  readonly call: (name: "φ" | "φ′" | "g", of: string) => string;
  readonly prior: (name: string, of: string) => string;
  readonly weights: (synapse: string) => string;
  readonly errorWeights: (synapse: string) => string;
  readonly adjoint: (weights: string) => string;
  readonly apply: (weights: string, sign: { readonly text: string; readonly latex: string }, of: string) => string;
  readonly correlate: (filters: boolean, pre: string, post: string) => string;
  /** What a stage of a block passes on, and the error that meets its weights. */
  readonly hidden: (stage: string) => string;
  readonly credit: (stage: string) => string;
  readonly stageFunction: (name: string, slope: boolean, of: string) => string;
  /** A stage with fixed weights, or its adjoint. */
  readonly named: (name: string, of: string, adjoint: boolean) => string;
  readonly where: (of: string, by: string) => string;
  readonly positions: (of: string) => string;
  readonly halfSquare: (of: string) => string;
  readonly product: (a: string, b: string) => string;
  readonly factor: (by: number, of: string) => string;
  readonly rated: (of: string) => string;
  readonly over: (of: string, divisor: string) => string;
  readonly group: (of: string) => string;
  readonly lateralWeights: (lateral: string) => string;
  /** (R⁻¹)ᵀ, Σ⁻¹, R and R⁻¹ of an error node. */
  readonly whitener: (error: string) => string;
  readonly inverse: (error: string) => string;
  readonly factorOf: (error: string) => string;
  readonly inverseFactor: (error: string) => string;
  readonly matrixProduct: (a: string, b: string) => string;
  readonly perVariance: (of: string) => string;
  readonly one: string;
  readonly minus: string;
}

const text: Notation = {
  state: (id) => id,
  prediction: (error) => `μ(${error})`,
  error: (id) => id,
  bias: (error) => `b(${error})`,
  call: (name, of) => `${name}(${of})`,
  prior: (name, of) => `${name}(${of})`,
  weights: (synapse) => synapse,
  errorWeights: (synapse) => `E(${synapse})`,
  adjoint: (weights) => `${weights}ᵀ`,
  apply: (weights, sign, of) => `${weights} ${sign.text} ${of}`,
  correlate: (_filters, pre, post) => `${pre} ⋆ ${post}`,
  hidden: (stage) => `h(${stage})`,
  credit: (stage) => `d(${stage})`,
  stageFunction: (name, slope, of) => `${name}${slope ? "′" : ""}(${of})`,
  named: (name, of, adjoint) => `${name}${adjoint ? "ᵀ" : ""}(${of})`,
  where: (of, by) => `${of}; at the largest of ${by}`,
  positions: (of) => `Σ positions ${of}`,
  halfSquare: (of) => `½‖${of}‖²`,
  product: (a, b) => `${a} ⊙ ${b}`,
  factor: (by, of) => `${printNumber(by)}·${of}`,
  rated: (of) => `β·${of}`,
  over: (of, divisor) => `${of} / ${divisor}`,
  group: (of) => `(${of})`,
  lateralWeights: (lateral) => lateral,
  whitener: (error) => `(R(${error})⁻¹)ᵀ`,
  inverse: (error) => `Σ(${error})⁻¹`,
  factorOf: (error) => `R(${error})`,
  inverseFactor: (error) => `R(${error})⁻¹`,
  matrixProduct: (a, b) => `${a} · ${b}`,
  perVariance: (of) => `Σ entries ${of}`,
  one: "1",
  minus: "−",
};

const latex: Notation = {
  state: (id) => symbol("z", id),
  prediction: (_error, target) => `\\bar{${symbolBase("z", target)}}${index(target)}`,
  error: (id) => symbol("e", id),
  bias: (error) => `\\mathbf{b}${index(error)}`,
  call: (name, of) => `${name === "g" ? "g" : name === "φ" ? "\\phi" : "\\phi'"}\\left(${of}\\right)`,
  prior: (name, of) => `\\operatorname{${name}}\\left(${of}\\right)`,
  weights: (synapse) => symbol("W", synapse),
  errorWeights: (synapse) => `\\mathbf{E}${index(synapse)}`,
  adjoint: (weights) => `{${weights}}^{\\top}`,
  apply: (weights, { latex: sign }, of) => `${weights} ${sign === "" ? "" : `${sign} `}${of}`,
  correlate: (filters, pre, post) => (filters ? `${pre} \\star ${post}` : `${pre}\\,{${post}}^{\\top}`),
  hidden: (stage) => `\\mathbf{h}_{\\text{${stage.replaceAll("_", "\\_")}}}`,
  credit: (stage) => `\\mathbf{d}_{\\text{${stage.replaceAll("_", "\\_")}}}`,
  stageFunction: (name, slope, of) => `\\operatorname{${name}}${slope ? "'" : ""}\\left(${of}\\right)`,
  named: (name, of, adjoint) => `\\operatorname{${name}}${adjoint ? "^{\\top}" : ""}\\left(${of}\\right)`,
  where: (of, by) => `${of};\\,\\arg\\max ${by}`,
  positions: (of) => `\\sum_{h,w} ${of}`,
  halfSquare: (of) => `\\tfrac{1}{2}\\left\\|${of}\\right\\|^2`,
  product: (a, b) => `${a} \\odot ${b}`,
  factor: (by, of) => `${printNumber(by)}\\,${of}`,
  rated: (of) => `\\beta\\,${of}`,
  over: (of, divisor) => `\\frac{${of}}{${divisor}}`,
  group: (of) => `\\left(${of}\\right)`,
  lateralWeights: (lateral) => symbol("V", lateral),
  whitener: (error) => `{\\mathbf{R}${index(error)}}^{-\\top}`,
  inverse: (error) => `{\\boldsymbol{\\Sigma}${index(error)}}^{-1}`,
  factorOf: (error) => `\\mathbf{R}${index(error)}`,
  inverseFactor: (error) => `{\\mathbf{R}${index(error)}}^{-1}`,
  matrixProduct: (a, b) => `${a}\\,${b}`,
  perVariance: (of) => `\\sum ${of}`,
  one: "\\mathbf{1}",
  minus: "-",
};

export const printTerm = (term: Term, equations: Equations): string => write(term, equations, text);
export const printTermLatex = (term: Term, equations: Equations): string => write(term, equations, latex);

/** `z1` → `\mathbf{z}^{1}`: letters in bold, a trailing number as the level, as in the papers. */
export function symbol(fallback: string, id: string): string {
  return `${symbolBase(fallback, id)}${index(id)}`;
}

function symbolBase(fallback: string, id: string): string {
  const letters = /^[A-Za-z]+/.exec(id)?.[0];
  return letters === undefined ? `\\mathbf{${fallback}}` : `\\mathbf{${letters}}`;
}

/** What follows the letters of an id, as a superscript. */
export function index(id: string): string {
  const rest = id.replace(/^[A-Za-z]+/, "").replace(/^[-_/]/, "");
  if (rest === "") return "";
  return /^\d+$/.test(rest) ? `^{${rest}}` : `^{\\text{${rest.replaceAll("_", "\\_")}}}`;
}

/** Stages without weights of their own, as functions. */
const fixedNames: Readonly<Partial<Record<OperationKind, string>>> = { pool: "avgpool", upsample: "upsample" };

/** A term that is already one symbol or one bracket. */
const isAtom = (term: Term): boolean => term.kind !== "sum" && term.kind !== "times" && term.kind !== "scale";

function write(term: Term, equations: Equations, notation: Notation): string {
  const of = (part: Term): string => write(part, equations, notation);
  const grouped = (part: Term): string => (part.kind === "sum" ? notation.group(of(part)) : of(part));
  const { graph } = equations;
  switch (term.kind) {
    case "state":
      return notation.state(term.state);
    case "activity":
      return notation.call("φ", notation.state(term.state));
    case "slope":
      return notation.call("φ′", notation.state(term.state));
    case "prior":
      return notation.prior(equations.priors.get(term.state)?.name ?? "prior", notation.state(term.state));
    case "prediction":
      return notation.prediction(term.error, graph.errors.get(term.error)?.target ?? term.error);
    case "error":
      return notation.error(term.error);
    case "bias":
      return notation.bias(term.error);
    case "output":
      return notation.call("g", of(term.of));
    case "precision": {
      const { kind, apply } = graph.errors.get(term.error)!.precision!;
      const whiten = apply !== "weigh";
      if (kind === "full")
        return notation.matrixProduct(
          grouped(term.of),
          whiten ? notation.whitener(term.error) : notation.inverse(term.error),
        );
      const sigma = notation === latex ? `\\sigma${whiten ? "" : "^2"}` : whiten ? "σ" : "σ²";
      return notation.over(notation === latex ? of(term.of) : grouped(term.of), sigma);
    }
    case "deviation":
      if (graph.errors.get(term.error)?.precision?.kind === "full")
        return notation.matrixProduct(of(term.of), notation.factorOf(term.error));
      return notation.product(notation === latex ? "\\sigma" : "σ", of(term.of));
    case "weighed":
      if (graph.errors.get(term.error)?.precision?.kind === "full")
        return notation.matrixProduct(of(term.of), notation.inverseFactor(term.error));
      return notation === latex
        ? notation.over(of(term.of), "\\sigma")
        : notation.group(notation.over(of(term.of), "σ"));
    case "predict": {
      const { kind, weights } = graph.stages.get(term.stage)!;
      if (weights === undefined) return notation.named(fixedNames[kind] ?? kind, of(term.of), false);
      const operand = isAtom(term.of) ? of(term.of) : grouped(term.of);
      return notation.apply(notation.weights(weights), synapseKinds[kind].symbol, operand);
    }
    case "feedback": {
      const { id, kind, weights, errorWeights } = graph.stages.get(term.stage)!;
      if (weights === undefined) return notation.named(fixedNames[kind] ?? kind, of(term.of), true);
      const separate = errorWeights.kind === "separate";
      const back = separate ? notation.errorWeights(id) : notation.adjoint(notation.weights(weights));
      return notation.apply(back, synapseKinds[kind].adjointSymbol, grouped(term.of));
    }
    case "largest": {
      const adjoint = term.produce === "pre";
      if (!adjoint && term.by === term.of) return notation.named("maxpool", of(term.of), false);
      return notation.named("maxpool", notation.where(of(term.of), of(term.by)), adjoint);
    }
    case "lateral": {
      const { weights } = graph.laterals.get(term.lateral)!;
      const { symbol: sign } = synapseKinds[weights.kind === "conv2d" ? "conv2d" : "dense"];
      return notation.apply(notation.lateralWeights(term.lateral), sign, grouped(term.of));
    }
    case "correlate-lateral": {
      const filters = graph.laterals.get(term.lateral)!.weights.kind === "conv2d";
      return notation.correlate(filters, of(term.pre), grouped(term.post));
    }
    case "correlate-errors":
      return notation.correlate(false, of(term.post), of(term.pre));
    case "per-variance":
      return notation.perVariance(of(term.of));
    case "ones":
      return notation.one;
    case "correlate": {
      const { filters } = synapseKinds[graph.stages.get(term.stage)!.kind];
      return notation.correlate(filters, of(term.pre), of(term.post));
    }
    case "stage-activity":
    case "stage-slope": {
      const name = equations.stageActivations.get(term.stage)?.name ?? "identity";
      return notation.stageFunction(name, term.kind === "stage-slope", of(term.of));
    }
    case "hidden":
      return notation.hidden(term.stage);
    case "credit":
      return notation.credit(term.stage);
    case "positions":
      return notation.positions(of(term.of));
    case "half-square":
      return notation.halfSquare(of(term.of));
    case "scale":
      if (term.by === -1) return `${notation.minus}${grouped(term.of)}`;
      return notation.factor(term.by, grouped(term.of));
    case "rated":
      return notation.rated(grouped(term.of));
    case "times":
      return notation.product(grouped(term.a), grouped(term.b));
    case "sum":
      return writeSum(term.terms, of, notation);
    default:
      return term satisfies never;
  }
}

function writeSum(terms: readonly Term[], of: (term: Term) => string, notation: Notation): string {
  if (terms.length === 0) return "0";
  return terms
    .map((term, position) => {
      if (term.kind === "scale" && term.by < 0 && position > 0) {
        return `${notation.minus} ${of(term.by === -1 ? groupable(term.of) : { ...term, by: -term.by })}`;
      }
      return position === 0 ? of(term) : `+ ${of(term)}`;
    })
    .join(" ");
}

/** A sum under a minus sign keeps its brackets. */
const groupable = (term: Term): Term => (term.kind === "sum" ? { kind: "scale", by: 1, of: term } : term);
