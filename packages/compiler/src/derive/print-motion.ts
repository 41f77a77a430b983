/** How states move, as text and as LaTeX: β·d − γ·z, and what the integrator makes of it. */
import { printNumber } from "@settle/program";
import type { NormalIntegrator } from "../normalize/normal-circuit.ts";
import { stableRange } from "../normalize/stable-range.ts";
import type { GraphState } from "../resolve/circuit-graph.ts";

interface MotionSymbols {
  readonly times: string;
  readonly minus: string;
  readonly beta: string;
}
const text: MotionSymbols = { times: "·", minus: "−", beta: "β" };
const latex: MotionSymbols = { times: "\\,", minus: "-", beta: "\\beta" };

/** `0.1·d − 0.001·z`: what an Euler step adds. */
export function printMotion({ rate, leak }: GraphState, d: string, z: string, format: "text" | "latex"): string {
  const { times, minus, beta: symbol } = format === "text" ? text : latex;
  const beta = rate === "auto" ? symbol : printNumber(rate);
  const scaled = rate === "auto" ? `${beta}${times}${printNumber(leak.rate)}` : printNumber(rate * leak.rate);
  const leaking = leak.scaled ? scaled : printNumber(leak.rate);
  const decay = leak.rate === 0 ? "" : ` ${minus} ${leaking}${times}${z}`;
  return `${beta}${times}${d}${decay}`;
}

/** What β·λmax must stay below, in few digits; 2, that of Euler steps, where steps adapt themselves. */
export const printRange = (integrator: NormalIntegrator): string =>
  printNumber(Number((stableRange(integrator) ?? 2).toPrecision(4)));

/** The step that moves every state along f, and where it is stable; nothing for Euler steps, which are written out. */
export function integratorLines(integrator: NormalIntegrator): readonly string[] {
  const stable = [`stable while β·λmax < ${printRange(integrator)} (Euler steps: 2)`];
  switch (integrator.kind) {
    case "euler":
      return [];
    case "heun":
      return ["k₁ = f(z), k₂ = f(z + k₁)", "z ← z + ½·(k₁ + k₂)", ...stable];
    case "rk4":
      return [
        "k₁ = f(z), k₂ = f(z + ½·k₁), k₃ = f(z + ½·k₂), k₄ = f(z + k₃)",
        "z ← z + ⅙·(k₁ + 2·k₂ + 2·k₃ + k₄)",
        ...stable,
      ];
    case "momentum": {
      const m = printNumber(integrator.factor);
      const at = integrator.nesterov ? `z + ${m}·v` : "z";
      const name = integrator.nesterov ? "Nesterov" : "heavy ball";
      return [`v ← ${m}·v + f(${at}), z ← z + v   (v = 0 at the start; ${name})`, ...stable];
    }
    case "adaptive": {
      const { tolerance, initial, largest } = integrator;
      return [
        "k₁ = f(z), k₂ = f(z + h·k₁), ε = rms(½·h·(k₁ − k₂) / (1 + |z|)) over the states of a sample",
        `where ε ≤ ${printNumber(tolerance)}: z ← z + ½·h·(k₁ + k₂), t ← t + h; elsewhere the sample stays`,
        `h ← min(${printNumber(largest)}, h·clamp(0.9·√(${printNumber(tolerance)}/ε), 0.2, 5))   (h = ${printNumber(initial)} and t = 0 at the start; per sample)`,
      ];
    }
    default:
      return integrator satisfies never;
  }
}

/** The same for a paper. */
export function integratorRowsLatex(integrator: NormalIntegrator): readonly string[] {
  const z = "\\mathbf{z}";
  const k = (index: number, at: string): string => `\\mathbf{k}_${index} &= f(${at})`;
  switch (integrator.kind) {
    case "euler":
      return [];
    case "heun":
      return [
        k(1, z),
        k(2, `${z} + \\mathbf{k}_1`),
        `${z} &\\leftarrow ${z} + \\tfrac{1}{2}(\\mathbf{k}_1 + \\mathbf{k}_2)`,
      ];
    case "rk4":
      return [
        k(1, z),
        k(2, `${z} + \\tfrac{1}{2}\\mathbf{k}_1`),
        k(3, `${z} + \\tfrac{1}{2}\\mathbf{k}_2`),
        k(4, `${z} + \\mathbf{k}_3`),
        `${z} &\\leftarrow ${z} + \\tfrac{1}{6}(\\mathbf{k}_1 + 2\\mathbf{k}_2 + 2\\mathbf{k}_3 + \\mathbf{k}_4)`,
      ];
    case "momentum": {
      const m = printNumber(integrator.factor);
      const at = integrator.nesterov ? `${z} + ${m}\\,\\mathbf{v}` : z;
      return [`\\mathbf{v} &\\leftarrow ${m}\\,\\mathbf{v} + f(${at})`, `${z} &\\leftarrow ${z} + \\mathbf{v}`];
    }
    case "adaptive": {
      const { tolerance, largest } = integrator;
      const [most, allowed] = [printNumber(largest), printNumber(tolerance)];
      return [
        k(1, z),
        k(2, `${z} + h\\,\\mathbf{k}_1`),
        `\\varepsilon &= \\operatorname{rms}\\left(\\tfrac{h}{2}\\,\\frac{\\mathbf{k}_1 - \\mathbf{k}_2}{1 + |${z}|}\\right)`,
        `${z} &\\leftarrow ${z} + \\tfrac{h}{2}(\\mathbf{k}_1 + \\mathbf{k}_2) \\quad\\text{where } \\varepsilon \\le ${allowed}`,
        `h &\\leftarrow \\min(${most}, h\\,\\operatorname{clamp}(0.9\\sqrt{${allowed}/\\varepsilon}, 0.2, 5))`,
      ];
    }
    default:
      return integrator satisfies never;
  }
}
