/** A CircuitGraph as text: shapes, relations, order, class. */
import { multiplyAdds, type Shape, sizeOf, weightShape } from "@settle/program";
import type { SourceText } from "@settle/spec";
import { lineOf } from "../normalize/print-origin.ts";
import { pointerTo } from "../pointer-to.ts";
import type { CircuitGraph, GraphState } from "./circuit-graph.ts";

/** @param source  what the circuit was read from: then a shape says from which line it comes */
export function printGraph(graph: CircuitGraph, source?: SourceText): string {
  const { levels, hierarchical, reasons } = graph.class;
  const lines = [`circuit ${graph.name}  (hash ${graph.hash})`, "", "states"];
  for (const state of graph.states.values()) {
    const level = levels.get(state.id);
    lines.push(
      [
        `  ${state.id}`.padEnd(8),
        show(state.shape).padEnd(16),
        level === undefined ? "on or above a cycle" : `level ${level}`,
        printShapeOrigin(state, source),
        state.observed === undefined ? "" : `fed by ${state.observed.data}`,
        `starts ${state.start.kind === "project" ? "at its prediction" : "at its own law"}: ${state.start.why}`,
      ]
        .filter((part) => part !== "")
        .join("  "),
    );
  }
  lines.push("", "errors");
  for (const error of graph.errors.values()) {
    const bias = error.biasShape === undefined ? "" : `  bias ${show(error.biasShape)}`;
    const precision =
      error.precision === undefined ? "" : `  precision ${error.precision.kind} ${show(error.precision.shape)}`;
    lines.push(
      `  ${error.id}  measures ${error.target} ${show(error.shape)}, predicted by ${error.predictors.join(", ")}${bias}${precision}`,
    );
  }
  lines.push("", "synapses");
  for (const synapse of graph.synapses.values()) {
    const feedback = graph.errorSynapses.get(synapse.id);
    const weights = weightShape(synapse.relation);
    lines.push(
      `  ${synapse.id}  ${synapse.from} → ${synapse.target} (${synapse.to})  ${synapse.kind}  weights ${show(weights)} = ${sizeOf(weights)}` +
        `  ${multiplyAdds(synapse.relation)} multiply-adds  feedback ${feedback?.weights.kind ?? "none"}`,
    );
  }
  if (graph.laterals.size > 0) lines.push("", "laterals");
  for (const { id, from, to, weights, relation } of graph.laterals.values()) {
    const shape = weightShape(relation);
    lines.push(
      `  ${id}  ${from} → ${to}  ${weights.kind}  weights ${show(shape)} = ${sizeOf(shape)}  ${multiplyAdds(relation)} multiply-adds`,
    );
  }
  lines.push("", `order of starting: ${graph.startOrder.join(", ")}`);
  lines.push(`class: ${hierarchical ? "hierarchical" : `not hierarchical: ${reasons.join("; ")}`}`);
  return `${lines.join("\n")}\n`;
}

const show = (shape: Shape): string => `[${shape.join(", ")}]`;

function printShapeOrigin({ id, shapeOrigin }: GraphState, source: SourceText | undefined): string {
  if (shapeOrigin.kind === "written") {
    const line = lineOf(pointerTo("states", id, "shape"), source);
    return line === undefined ? "" : `written in line ${line}`;
  }
  const line = lineOf(pointerTo("synapses", shapeOrigin.from), source);
  return `extents inferred from ${shapeOrigin.from}${line === undefined ? "" : `, line ${line}`}${shapeOrigin.exact ? "" : " (the usual ones of several)"}`;
}
