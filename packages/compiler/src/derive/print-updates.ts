/** How parameters move along their Δ, as text: the rules, grouped, with rate, schedule, decay and constraint. */
import { printNumber } from "@settle/program";
import type { NormalRule } from "../normalize/normal-circuit.ts";
import type { Equations, Parameter } from "./equations.ts";

/** Δ is then the mean over the batch. */
export function updateLines({ graph, parameters }: Equations): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const parameter of parameters) {
    if (!parameter.learning.learns) continue;
    const update = updateOf(parameter);
    groups.set(update, [...(groups.get(update) ?? []), parameter.id]);
  }
  if (groups.size === 0) return [];
  const { rate, schedule } = graph.learn;
  const { kind, ...fields } = schedule;
  const about = Object.entries(fields).map(([name, value]) => `${name} ${printNumber(value)}`);
  const changing = kind === "constant" && schedule.warmup === 0 ? "" : `, ${[kind, ...about].join(", ")}`;
  return [...[...groups].map(([update, ids]) => `${ids.join(", ")}: ${update}`), `η = ${printNumber(rate)}${changing}`];
}

function updateOf({ learning, constraint }: Parameter): string {
  const { rule, rateFactor, decay } = learning;
  const rate = rateFactor === 1 ? "η" : `${printNumber(rateFactor)}·η`;
  const lost = decay === 0 ? "" : ` − ${rate}·${printNumber(decay)}·θ`;
  const { before, step, where } = stepOf(rule);
  const norm = constraint.kind === "none" ? "" : `; then ‖θ‖ ≤ ${printNumber(constraint.bound)} per ${constraint.over}`;
  return `${before}θ ← θ${lost} + ${rate}·${step}${norm}${where}`;
}

function stepOf(rule: NormalRule): { readonly before: string; readonly step: string; readonly where: string } {
  switch (rule.kind) {
    case "adam": {
      const [beta1, beta2, epsilon] = [rule.beta1, rule.beta2, rule.epsilon].map(printNumber);
      const where = `   (m, v: decaying means of Δ and Δ² by ${beta1} and ${beta2}, bias corrected)`;
      return { before: "", step: `m/(√v + ${epsilon})`, where };
    }
    case "sgd":
      return { before: "", step: "Δ", where: "" };
    case "momentum":
      return { before: `v ← ${printNumber(rule.factor)}·v + Δ, `, step: "v", where: "" };
    case "nag": {
      const m = printNumber(rule.factor);
      return { before: `v ← ${m}·v + Δ, `, step: `(Δ + ${m}·v)`, where: "" };
    }
    case "normalized":
      return {
        before: "",
        step: `Δ/(‖Δ‖ + ${printNumber(rule.epsilon)})`,
        where: "   (‖Δ‖ of each 2-D filter, or of the whole matrix or bias)",
      };
    default:
      return rule satisfies never;
  }
}
