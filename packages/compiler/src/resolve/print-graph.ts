/** A CircuitGraph as text: shapes, relations, order, class. */
import { multiplyAdds, type Shape, sizeOf, weightShape } from "@settle/program";
import type { SourceText } from "@settle/spec";
import { lineOf } from "../normalize/print-origin.ts";
import { pointerTo } from "../pointer-to.ts";
import type { CircuitGraph, GraphStage, GraphState } from "./circuit-graph.ts";

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
    const ends = `  ${synapse.id}  ${synapse.from} → ${synapse.target} (${synapse.to})  ${synapse.kind}`;
    const back = `feedback ${feedback?.weights.kind ?? "none"}`;
    if (synapse.block === undefined) {
      lines.push(`${ends}  ${printStage(graph, graph.stages.get(synapse.id)!)}  ${back}`);
      continue;
    }
    const { skip, credit, poolBypass } = synapse.block;
    lines.push(`${ends}  skip ${skip.kind}  credit ${credit}  pool bypass ${poolBypass}  ${back}`);
    for (const stage of graph.stages.values()) {
      if (stage.synapse === synapse.id) lines.push(`    ${stage.id}  ${stage.kind}  ${printStage(graph, stage)}`);
    }
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

function printStage(graph: CircuitGraph, { id, relation, rule, weights }: GraphStage): string {
  const extents = `${show(relation.preShape)} → ${show(relation.postShape)}`;
  const work = `${multiplyAdds(relation)} multiply-adds`;
  if (weights === undefined) return `${extents}  ${rule === "max" ? "the largest" : work}`;
  const shape = weightShape(relation);
  const count = `weights ${show(shape)} = ${sizeOf(shape)}`;
  const plain = graph.synapses.has(id);
  return [
    ...(plain ? [] : [extents]),
    weights === id ? count : `weights of ${weights}`,
    ...(graph.stages.get(weights)?.tensor?.mask === undefined ? [] : ["masked"]),
    work,
  ].join("  ");
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
