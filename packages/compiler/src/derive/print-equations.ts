/** Equations as text, or as LaTeX that reads like the papers'. */
import { printNumber, printScalarExpression, printScalarExpressionLatex } from "@settle/program";
import type { GraphError } from "../resolve/circuit-graph.ts";
import type { Equations, ScalarFunction } from "./equations.ts";
import { integratorLines, integratorRowsLatex, printMotion, printRange } from "./print-motion.ts";
import { index, printTerm, printTermLatex, symbol } from "./print-term.ts";
import { restrainedWeights } from "./restrained-weights.ts";
import { updateLines } from "./print-updates.ts";
import type { Term } from "./term.ts";

export function printEquations(equations: Equations, format: "text" | "latex" = "text"): string {
  return format === "text" ? textOf(equations) : latexOf(equations);
}

function textOf(equations: Equations): string {
  const { graph } = equations;
  const { integrator } = graph.settle;
  const euler = integrator.kind === "euler";
  const of = (term: Term): string => printTerm(term, equations);
  const lines = [`circuit ${graph.name}`, "", "predictions and errors"];
  for (const [stage, hidden] of equations.hidden) lines.push(`  h(${stage}) = ${of(hidden)}`);
  for (const [id, prediction] of equations.predictions) {
    lines.push(`  μ(${id}) = ${of(prediction)}`, `  ${id} = ${of(equations.errors.get(id)!)}`);
  }
  for (const { id, block } of graph.synapses.values()) {
    if (block === undefined) continue;
    const how = { lra: "around pools and activations", backprop: "the exact local gradient" }[block.credit];
    lines.push("", `error pathway of block ${id} (${block.credit}: ${how})`);
    for (const [stage, credit] of equations.credits) {
      if (graph.stages.get(stage)?.synapse === id) lines.push(`  d(${stage}) = ${of(credit)}`);
    }
    const returned = graph.errorSynapses.has(id) ? block.skip.kind !== "none" && block.skip.feedback : undefined;
    if (returned === undefined) lines.push("  no error goes back to the source");
    else if (block.skip.kind !== "none" && !returned) lines.push("  the skip sends no error back");
  }
  lines.push("", "corrections (of every state that is not clamped)");
  for (const state of graph.states.values()) {
    lines.push(`  d(${state.id}) = ${of(equations.corrections.get(state.id)!)}`);
    const motion = printMotion(state, `d(${state.id})`, state.id, "text");
    lines.push(euler ? `  ${state.id} ← ${state.id} + ${motion}` : `  f(${state.id}) = ${motion}`);
  }
  if (!euler) {
    lines.push("", `steps (${integrator.kind}, of all states together)`);
    lines.push(...integratorLines(integrator).map((line) => `  ${line}`));
  }
  const { auto } = graph.settle;
  if (auto !== undefined) {
    const { margin, every } = auto;
    lines.push(`  β = ${printNumber(margin)} · ${printRange(integrator)}/λmax, estimated every ${every} updates`);
  }
  const { tolerance, patience } = graph.settle;
  if (tolerance !== undefined) {
    const change = `changes by less than ${printNumber(tolerance)} of itself`;
    lines.push(`  a sample stops where its discrepancy ${change} in ${patience} steps one after the other`);
  }
  const errors = graph.settle.errors === "stale" ? ", with the errors that the last correction was made with" : "";
  lines.push("", `learning (sum over the batch, divided by its size${errors})`);
  for (const [id, delta] of equations.deltas) {
    const precision = precisionOf(equations, id);
    if (precision === undefined) lines.push(`  Δ ${id} = ${of(delta)}`);
    else lines.push(...precisionText(precision, of(delta)));
  }
  for (const parameter of equations.parameters) {
    if (parameter.kind !== "error" || !parameter.learning.learns) continue;
    lines.push(`  Δ ${parameter.id} = ${printNumber(parameter.follows.by)}·Δ ${parameter.follows.parameter}`);
  }
  const { stable } = graph.learn;
  if (stable !== undefined) {
    const bound = printNumber(stable.bound);
    const weights = restrainedWeights(equations).map(({ id }) => id);
    lines.push(
      `  every ${stable.every} updates, where λmax > ${bound}: W ← W − (λmax − ${bound})·g/‖g‖²`,
      `  (g: gradient of λmax at the fastest sample by ${weights.join(", ")}, together W)`,
    );
  }
  const updates = updateLines(equations);
  if (updates.length > 0) lines.push("", "updates", ...updates.map((line) => `  ${line}`));
  lines.push("", "total discrepancy", `  ${[...equations.discrepancies.values()].map(of).join(" + ")}`);
  const functions = functionLines(equations, (f) => printScalarExpression(f, ["x"]));
  if (functions.length > 0) {
    lines.push(
      "",
      "functions",
      ...functions.map(({ symbol: name, value, users }) => `  ${name}(x) = ${value}   (${users})`),
    );
  }
  return `${lines.join("\n")}\n`;
}

function latexOf(equations: Equations): string {
  const { graph } = equations;
  const { integrator } = graph.settle;
  const euler = integrator.kind === "euler";
  const of = (term: Term): string => printTermLatex(term, equations);
  const rows: string[] = [];
  for (const [stage, hidden] of equations.hidden) rows.push(`${of({ kind: "hidden", stage })} &= ${of(hidden)}`);
  for (const [id, prediction] of equations.predictions) {
    rows.push(`${of({ kind: "prediction", error: id })} &= ${of(prediction)}`);
    rows.push(`${of({ kind: "error", error: id })} &= ${of(equations.errors.get(id)!)}`);
  }
  for (const [stage, credit] of equations.credits) rows.push(`${of({ kind: "credit", stage })} &= ${of(credit)}`);
  for (const state of graph.states.values()) {
    const z = symbol("z", state.id);
    const d = `\\mathbf{d}_{${z}}`;
    rows.push(`${d} &= ${of(equations.corrections.get(state.id)!)}`);
    const motion = printMotion(state, d, z, "latex");
    rows.push(euler ? `${z} &\\leftarrow ${z} + ${motion}` : `f(${z}) &= ${motion}`);
  }
  rows.push(...integratorRowsLatex(integrator));
  const { auto } = graph.settle;
  if (auto !== undefined)
    rows.push(`\\beta &= ${printNumber(auto.margin)} \\cdot ${printRange(integrator)}/\\lambda_{\\max}`);
  for (const [id, delta] of equations.deltas) {
    const precision = precisionOf(equations, id);
    if (precision !== undefined) rows.push(...precisionLatex(precision, of(delta)));
    else {
      const isLateral = graph.laterals.has(id);
      rows.push(`\\Delta ${isLateral ? symbol("V", id) : parameterSymbol(id)} &= ${of(delta)}`);
    }
  }
  for (const parameter of equations.parameters) {
    if (parameter.kind !== "error" || !parameter.learning.learns) continue;
    const twin = `\\Delta ${parameterSymbol(parameter.follows.parameter)}`;
    rows.push(
      `\\Delta ${parameterSymbol(parameter.id)} &= ${printNumber(parameter.follows.by)}\\,\\left(${twin}\\right)^{\\top}`,
    );
  }
  const { stable } = graph.learn;
  if (stable !== undefined) {
    const bound = printNumber(stable.bound);
    const excess = `\\lambda_{\\max} - ${bound}`;
    rows.push(
      `\\mathbf{W} &\\leftarrow \\mathbf{W} - (${excess})\\,\\mathbf{g}/\\lVert\\mathbf{g}\\rVert^2, \\quad ` +
        `\\mathbf{g} = \\partial \\lambda_{\\max}/\\partial \\mathbf{W}, \\quad\\text{where } \\lambda_{\\max} > ${bound}`,
    );
  }
  rows.push(`\\mathrm{ToD} &= ${[...equations.discrepancies.values()].map(of).join(" + ")}`);
  const names: Readonly<Record<string, string>> = { φ: "\\phi", "φ′": "\\phi'", g: "g" };
  for (const { symbol: name, value, users } of functionLines(equations, (f) => printScalarExpressionLatex(f, ["x"]))) {
    const letter = names[name] ?? `\\mathrm{${name.replace("′", "")}}${name.endsWith("′") ? "'" : ""}`;
    rows.push(`${letter}(x) &= ${value} \\quad\\text{(${users.replaceAll("_", "\\_")})}`);
  }
  return `\\begin{aligned}\n${rows.join(" \\\\\n")}\n\\end{aligned}\n`;
}

/** The error node whose precision a parameter is. */
function precisionOf({ graph, parameters }: Equations, id: string): GraphError | undefined {
  const parameter = parameters.find((each) => each.id === id);
  return parameter?.kind === "precision" ? graph.errors.get(parameter.owner) : undefined;
}

function precisionText({ id, precision }: GraphError, delta: string): readonly string[] {
  const { kind, sites, learn } = precision!;
  const times = sites === 1 ? "" : `${sites}·`;
  const floor = printNumber(Math.sqrt(learn!.floor));
  return kind === "full"
    ? [
        `  Δ R(${id}) = lower(${delta}) − ${sites}/diag R(${id}), then diag R(${id}) ≥ ${floor}`,
        `    which is 2·lower(ΔΣ·R) of ΔΣ = ½(ẽᵀẽ − ${times}Σ⁻¹), ẽ = (z − μ)Σ⁻¹, Σ = R·Rᵀ`,
      ]
    : [
        `  Δ σ(${id}) = ${delta} − ${sites}/σ(${id}), then σ(${id}) ≥ ${floor}`,
        `    which is 2σ·Δσ² of Δσ² = ½(Σ ẽ² − ${sites}/σ²), ẽ = (z − μ)/σ²`,
      ];
}

function precisionLatex({ id, precision }: GraphError, delta: string): readonly string[] {
  const { kind, sites, learn } = precision!;
  const floor = printNumber(Math.sqrt(learn!.floor));
  const factor = `${kind === "full" ? "\\mathbf{R}" : "\\sigma"}${index(id)}`;
  const own = kind === "full" ? `${sites}/\\operatorname{diag}${factor}` : `${sites}/${factor}`;
  const errors = kind === "full" ? `\\operatorname{lower}\\left(${delta}\\right)` : delta;
  const bound = kind === "full" ? `\\operatorname{diag}${factor}` : factor;
  return [`\\Delta ${factor} &= ${errors} - ${own},\\quad ${bound} \\ge ${floor}`];
}

function parameterSymbol(id: string): string {
  const [kind, owner] = id.includes(":") ? (id.split(":", 2) as [string, string]) : ["", id];
  if (kind === "bias") return `\\mathbf{b}^{${owner.replace(/^[A-Za-z]+/, "")}}`;
  if (kind === "error") return `\\mathbf{E}^{${owner.replace(/^[A-Za-z]+\/?/, "")}}`;
  return symbol("W", owner);
}

/** The distinct functions of the circuit, each with the parts that use it. */
function functionLines(
  { activations, outputs, priors, stageActivations, graph }: Equations,
  print: (expression: ScalarFunction["expression"]) => string,
): readonly { readonly symbol: string; readonly value: string; readonly users: string }[] {
  const users = new Map<string, { readonly symbol: string; readonly value: string; readonly of: string[] }>();
  const note = (name: string, value: string, user: string): void => {
    const key = `${name} ${value}`;
    const entry = users.get(key) ?? { symbol: name, value, of: [] };
    entry.of.push(user);
    users.set(key, entry);
  };
  for (const [state, phi] of activations) {
    note("φ", print(phi.expression), state);
    if (graph.states.get(state)?.derivative === true) note("φ′", print(phi.derivative), state);
  }
  for (const [stage, { name, expression, derivative }] of stageActivations) {
    note(name, print(expression), stage);
    const { synapse } = graph.stages.get(stage)!;
    if (graph.synapses.get(synapse)?.block?.credit === "backprop") note(`${name}′`, print(derivative), stage);
  }
  for (const [error, g] of outputs) note("g", g === "softmax" ? "softmax" : print(g.expression), error);
  for (const [state, prior] of priors) note(prior.name, print(prior.expression), state);
  return [...users.values()].map(({ symbol: name, value, of }) => ({ symbol: name, value, users: of.join(", ") }));
}
