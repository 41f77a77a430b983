/** A circuit in tables: its states and synapses, what they cost. */
import {
  type ChosenParameters,
  type CircuitAnalysis,
  type Compiled,
  type Diagnostic,
  rangeOf,
  type StabilityEstimate,
  weightShape,
} from "@settle/settle";
import Table from "cli-table3";
import type { Colors } from "./context.ts";

/** What `settle info` tells people. */
export function describeCircuit(
  { analysis, graph }: Compiled,
  parameters: ChosenParameters,
  stability: StabilityEstimate | Diagnostic,
  colors: Colors,
): string {
  const { bold } = colors;
  const { parameters: counts, memory } = analysis;
  const states = table(colors, ["state", "shape", "level", "fed with", "predicted by", "predicts"]);
  for (const each of analysis.states) {
    states.push([each.id, shape(each.shape), each.level ?? "–", each.observed ?? "", each.fanIn, each.fanOut]);
  }
  const links = table(colors, ["synapse", "kind", "from", "to", "weights"]);
  for (const { id, kind, from, to, weights } of graph.synapses.values()) {
    const own = [...graph.stages.values()].filter((stage) => stage.synapse === id && stage.weights === stage.id);
    const tensors = own.map(({ relation }) => shape(weightShape(relation))).join(", ");
    links.push([id, kind, from, to, weights === undefined ? tensors || "none" : `those of ${weights}`]);
  }
  const kinds = (["generative", "error", "bias", "lateral", "precision"] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${group(counts[kind])} ${kind}`);
  const { hierarchical, reasons } = analysis.class;
  const nodes = table(colors, [
    "node",
    "numbers",
    "synapses in",
    "weights in",
    "per number",
    "synapses out",
    "weights out",
  ]);
  for (const { id, units, in: into, out } of analysis.topology.nodes) {
    const perUnit = into.synapses === 0 ? "–" : group(Math.round(into.connections / units));
    nodes.push([id, group(units), into.synapses, group(into.weights), perUnit, out.synapses, group(out.weights)]);
  }
  return [
    bold(analysis.name),
    states.toString(),
    links.toString(),
    nodes.toString(),
    ...Object.entries(parameters).map(
      ([name, parameter], index) => (index === 0 ? "Set" : "").padEnd(13) + describeParameter(name, parameter),
    ),
    `Parameters   ${group(counts.total)} (${kinds.join(", ")})`,
    `Class        ${hierarchical ? "hierarchical: every synapse descends one level" : `not hierarchical: ${reasons.join("; ")}`}`,
    ...describeTopology(analysis.topology),
    `Work         ${scale(analysis.flopsPerStep)}FLOP a step, ${scale(analysis.flopsPerSettle)}FLOP a settle of ${analysis.steps} steps, for one sample`,
    `Stability    ${describeStability(stability)}`,
    `Memory       ${scale(memory.parameters)}B of parameters and moments, ${scale(memory.perSample)}B a sample, in float32`,
  ].join("\n");
}

function describeParameter(name: string, { declared, value, given }: ChosenParameters[string]): string {
  const origin = given ? `given; default ${String(declared.default)}` : "default";
  const about = declared.description === undefined ? "" : `: ${declared.description}`;
  return `${name} = ${String(value)} (${origin}; ${rangeOf(declared)})${about}`;
}

function describeTopology({ breaking, cycles, paths, projection }: CircuitAnalysis["topology"]): readonly string[] {
  const targets = [...new Set(paths.map(({ to }) => to))];
  const length = ({ shortest, longest }: (typeof paths)[number]): string =>
    longest === undefined ? `${shortest} or more` : longest === shortest ? `${shortest}` : `${shortest} to ${longest}`;
  return [
    ...(breaking.length === 0 ? [] : [`Broken by    ${breaking.join(", ")}`]),
    ...cycles.map(({ synapses, start }, index) =>
      (index === 0 ? "Cycles" : "").padEnd(13).concat(`${synapses.join(", ")}; ${start}`),
    ),
    `Start        ${projection.order.join(", ")}${projection.ownLaw.length === 0 ? "" : `; at their own law: ${projection.ownLaw.map(({ state }) => state).join(", ")}`}`,
    ...targets.map((target, index) => {
      const from = paths.filter(({ to }) => to === target).map((path) => `${path.from} ${length(path)}`);
      return (index === 0 ? "Paths" : "").padEnd(13).concat(`synapses down to ${target}: ${from.join(", ")}`);
    }),
  ];
}

function describeStability(stability: StabilityEstimate | Diagnostic): string {
  if ("message" in stability) return `not known: ${stability.message}`;
  const { lambdaMax, limit, rate } = stability;
  const figure = (value: number): string => String(Number(value.toPrecision(3)));
  if (!Number.isFinite(limit)) return `λmax ${figure(lambdaMax)} before learning; steps adapt themselves to it`;
  return `λmax ${figure(lambdaMax)} before learning; at rate ${figure(rate)} a linear settle diverges above ${figure(limit)}`;
}

function table({ isColorSupported }: Colors, head: readonly string[]): Table.Table {
  const style = { head: isColorSupported ? ["bold"] : [], border: isColorSupported ? ["gray"] : [], compact: true };
  return new Table({ head: [...head], style });
}

const shape = (axes: readonly number[]): string => axes.join(" × ") || "–";
const group = (count: number): string => count.toLocaleString("en");

/** `2.04 M` for 2,040,000; ready for a unit to follow. */
function scale(value: number): string {
  const step = [1e9, 1e6, 1e3, 1].find((each) => value >= each) ?? 1;
  const prefix = { 1e9: "G", 1e6: "M", 1e3: "k", 1: "" }[step] ?? "";
  return `${Number((value / step).toPrecision(4))} ${prefix}`;
}
