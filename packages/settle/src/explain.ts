/** What the compiler made of a circuit, at one of its levels, as text. */
import { type Compiled, printEquations, printGraph, printNormal } from "@settle/compiler";
import { planProgram, printPlan } from "@settle/kernels";
import { printProgram } from "@settle/program";

export type Level = "normalize" | "resolve" | "derive" | "lower" | "plan";
export type ExplainFormat = "text" | "json" | "latex";

/** @param format `latex` for the equations only; other levels give their text */
export function explain(compiled: Compiled, after: Level, format: ExplainFormat = "text"): string {
  const level = levels[after];
  return format === "json" ? JSON.stringify(level.value(compiled), asJson, 2) : level.print(compiled, format);
}

const levels: Readonly<
  Record<Level, { value(compiled: Compiled): unknown; print(compiled: Compiled, format: "text" | "latex"): string }>
> = {
  normalize: { value: (compiled) => compiled.normal, print: (compiled) => printNormal(compiled.normal) },
  resolve: { value: (compiled) => compiled.graph, print: (compiled) => printGraph(compiled.graph) },
  derive: {
    value: (compiled) => compiled.equations,
    print: (compiled, format) => printEquations(compiled.equations, format),
  },
  lower: { value: (compiled) => compiled.program, print: (compiled) => printProgram(compiled.program) },
  // For as many lanes as the widest vectors have; engines choose their own number.
  plan: {
    value: (compiled) => planProgram(compiled.program, { lanes: 16 }),
    print: (compiled) => printPlan(planProgram(compiled.program, { lanes: 16 })),
  },
};

/** Maps become objects, and numbers that JSON lacks become text. */
function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value) as unknown;
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
