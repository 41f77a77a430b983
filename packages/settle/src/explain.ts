/** What the compiler made of a circuit, at one of its levels, in one of several formats. */
import { type Compiled, printEquations, printGraph, printNormal, printTableLatex } from "@settle/compiler";
import { settleError } from "@settle/diagnostics";
import {
  drawCircuit,
  drawFlow,
  type FlowGraph,
  flowOfEquations,
  flowOfGraph,
  flowOfNormal,
  flowOfPlan,
  flowOfProgram,
  printDot,
  printMermaid,
} from "@settle/draw";
import { type KernelPlan, planProgram, printPlan } from "@settle/kernels";
import { printProgram } from "@settle/program";
import type { SourceText } from "@settle/spec";

export const explainLevels = ["normalize", "resolve", "derive", "lower", "plan"] as const;
export type Level = (typeof explainLevels)[number];

export const explainFormats = ["text", "json", "latex", "mermaid", "dot", "svg"] as const;
export type ExplainFormat = (typeof explainFormats)[number];

/**
 * Shows one level. Graph formats show the circuit after `normalize` and `resolve`, how quantities follow from each other
 * after `derive`, instructions after `lower`, kernels after `plan`.
 *
 * @param source  where the circuit was read from: the text then says from which line a value comes
 * @throws {SettleError} `explain/no-latex` for the plan, which is loops
 */
export async function explain(
  compiled: Compiled,
  after: Level,
  format: ExplainFormat = "text",
  source?: SourceText,
): Promise<string> {
  const level = levels[after];
  switch (format) {
    case "text":
      return level.text(compiled, source);
    case "json":
      return JSON.stringify(level.value(compiled), asJson, 2);
    case "latex":
      return requireLatex(after)(compiled);
    case "mermaid":
      return printMermaid(level.flow(compiled));
    case "dot":
      return printDot(level.flow(compiled));
    case "svg":
      return after === "resolve" ? drawCircuit(compiled) : drawFlow(level.flow(compiled));
    default:
      return format satisfies never;
  }
}

interface LevelPrinter {
  readonly value: (compiled: Compiled) => unknown;
  readonly text: (compiled: Compiled, source?: SourceText) => string | Promise<string>;
  readonly latex?: (compiled: Compiled) => string;
  readonly flow: (compiled: Compiled) => FlowGraph;
}

const levels: Readonly<Record<Level, LevelPrinter>> = {
  normalize: {
    value: ({ normal }) => normal,
    text: ({ normal }, source) => printNormal(normal, source),
    latex: ({ normal }) => printTableLatex(printNormal(normal)),
    flow: ({ normal }) => flowOfNormal(normal),
  },
  resolve: {
    value: ({ graph }) => graph,
    text: ({ graph }, source) => printGraph(graph, source),
    latex: ({ graph }) => printTableLatex(printGraph(graph)),
    flow: ({ graph }) => flowOfGraph(graph),
  },
  derive: {
    value: ({ equations }) => equations,
    text: ({ equations }) => printEquations(equations),
    latex: ({ equations }) => printEquations(equations, "latex"),
    flow: ({ equations }) => flowOfEquations(equations),
  },
  lower: {
    value: ({ program }) => program,
    text: ({ program }) => printProgram(program),
    latex: ({ program }) => printTableLatex(printProgram(program)),
    flow: ({ program }) => flowOfProgram(program),
  },
  plan: {
    value: planOf,
    text: async (compiled) => {
      const { describeTiles } = await import("@settle/engine-native");
      return `${printPlan(planOf(compiled))}\n${describeTiles(compiled.program)}`;
    },
    flow: (compiled) => flowOfPlan(compiled.graph.name, planOf(compiled)),
  },
};

/** For as many lanes as the widest vectors have; engines choose their own number. */
function planOf({ program }: Compiled): KernelPlan {
  return planProgram(program, { lanes: 16 });
}

function requireLatex(after: Level): (compiled: Compiled) => string {
  const { latex } = levels[after];
  if (latex !== undefined) return latex;
  const having = explainLevels.filter((each) => levels[each].latex !== undefined);
  throw settleError("explain/no-latex", `There is no LaTeX of "${after}": loops are no formulae.`, {
    help: `LaTeX is for ${having.join(", ")}; of the ${after} there are text, json, mermaid, dot and svg.`,
  });
}

/** Maps become objects, and numbers that JSON lacks become text. */
function asJson(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value) as unknown;
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
