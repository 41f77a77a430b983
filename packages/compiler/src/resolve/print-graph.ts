/** A CircuitGraph as text: shapes, relations, order, class. */
import { multiplyAdds, type Shape, sizeOf, weightShape } from "@settle/program";
import type { CircuitGraph, GraphState } from "./circuit-graph.ts";

export function printGraph(graph: CircuitGraph): string {
  const { levels, hierarchical, reasons } = graph.class;
  const lines = [`circuit ${graph.name}  (hash ${graph.hash})`, "", "states"];
  for (const state of graph.states.values()) {
    const level = levels.get(state.id);
    lines.push(
      [
        `  ${state.id}`.padEnd(8),
        show(state.shape).padEnd(16),
        level === undefined ? "on or above a cycle" : `level ${level}`,
        printOrigin(state),
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
    lines.push(
      `  ${error.id}  measures ${error.target} ${show(error.shape)}, predicted by ${error.predictors.join(", ")}${bias}`,
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
  lines.push("", `order of starting: ${graph.startOrder.join(", ")}`);
  lines.push(`class: ${hierarchical ? "hierarchical" : `not hierarchical: ${reasons.join("; ")}`}`);
  return `${lines.join("\n")}\n`;
}

const show = (shape: Shape): string => `[${shape.join(", ")}]`;

function printOrigin({ shapeOrigin }: GraphState): string {
  if (shapeOrigin.kind === "written") return "";
  return `extents inferred from ${shapeOrigin.from}${shapeOrigin.exact ? "" : " (the usual ones of several)"}`;
}
