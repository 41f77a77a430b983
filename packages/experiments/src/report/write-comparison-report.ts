/** `report.html` of a comparison: like the appendix of a paper, and self-contained. */
import { formatNumber, type ReportSection, runPaths, writeReportPage } from "@settle/runs";
import { printCircuit } from "@settle/spec";
import { readManifest, type RunManifest } from "@settle/runs";
import type { Comparison } from "../comparison.ts";
import type { LoadedExperiment } from "../load-experiment.ts";
import { runFolder } from "../run/comparison-folder.ts";
import { circuitsSection } from "./circuits-section.ts";
import { picturesSection } from "./pictures-section.ts";
import { budgetsSection, costsSection, curvesSection, differencesSection, resultsSection } from "./report-sections.ts";
import { summarize, tellHypothesis, warningsOf } from "./summarize.ts";

/** @throws {SettleError} `runs/…` when it cannot be written */
export async function writeComparisonReport(experiment: LoadedExperiment, comparison: Comparison): Promise<void> {
  const { plan, dir, time, runs } = comparison;
  const { spec } = experiment;
  const warnings = warningsOf(comparison);
  const intro: ReportSection["blocks"] = [
    ...(spec.description === undefined ? [] : [{ kind: "text" as const, text: spec.description }]),
    ...comparison.hypotheses.map((each) => ({ kind: "text" as const, text: tellHypothesis(each) })),
    ...(warnings.length === 0 ? [] : [{ kind: "text" as const, tone: "note" as const, text: warnings.join("\n\n") }]),
  ];
  const sections: readonly ReportSection[] = [
    { heading: "The question", blocks: intro },
    resultsSection(comparison),
    differencesSection(comparison),
    curvesSection(comparison),
    costsSection(comparison),
    await picturesSection(comparison),
    await circuitsSection(experiment, comparison),
    budgetsSection(comparison),
    await repeatSection(experiment, comparison),
  ].filter(({ blocks }) => blocks.length > 0);
  const finished = runs.filter(({ status }) => status === "finished").length;
  await writeReportPage(runPaths(dir), {
    kind: "comparison",
    title: spec.title ?? spec.name,
    summary: summarize(comparison),
    facts: [
      { label: "Compared", value: plan.contenders.map(({ title }) => title).join(", ") },
      { label: "Seeds", value: String(plan.seeds.length) },
      { label: "Training", value: `${plan.training.data.name}, ${plan.training.epochs} epochs` },
      { label: "Runs", value: `${finished} of ${runs.length} finished` },
      { label: "Engine", value: plan.engine },
      {
        label: "Time",
        value: `${formatNumber(time.total, 0)} s with ${time.workers} ${time.workers === 1 ? "worker" : "workers"}${time.estimated === undefined ? "" : ` (runs: estimated ${formatNumber(time.estimated, 0)} s, took ${formatNumber(time.runs, 0)} s)`}`,
      },
    ],
    sections: sections.filter(({ blocks }) => blocks.length > 0),
  });
}

async function repeatSection(experiment: LoadedExperiment, { dir, plan, runs }: Comparison): Promise<ReportSection> {
  const manifest = await firstManifest(dir, runs);
  const row = (what: string, which: string): { readonly cells: readonly [string, string] } => ({
    cells: [what, which],
  });
  return {
    heading: "How to repeat it",
    blocks: [
      ...(manifest === undefined ? [] : [{ kind: "code" as const, code: manifest.command.join(" ") }]),
      {
        kind: "table",
        caption:
          "What the runs used. With the same engine and versions the same command gives the same numbers, bit for bit, whatever the number of workers.",
        columns: [{ label: "What" }, { label: "Which" }],
        rows: [
          row("Seeds", plan.seeds.join(", ")),
          row("Training data", `${plan.training.data.name} · ${plan.training.data.hash}`),
          ...plan.tasks.map(({ id, task, data }) => row(`Task ${id}`, `${task}, ${data.name} · ${data.hash}`)),
          ...plan.circuits.map(({ id, analysis, batch, rate, backpropagation }) => {
            const how = backpropagation ? ", by backpropagation" : "";
            return row(`Circuit ${id}`, `${analysis.hash} · batches of ${batch}, rate ${rate}${how}`);
          }),
          ...plan.autoencoders.map(({ id, kind, engine, batch, rate }) =>
            row(`Autoencoder ${id}`, `${kind} on ${engine} · batches of ${batch}, rate ${rate}`),
          ),
          row(
            "Engine",
            manifest === undefined
              ? plan.engine
              : `${plan.engine} on ${manifest.engine.device}, ${manifest.engine.dtype}`,
          ),
          ...Object.entries(manifest?.versions ?? {}).map(([name, version]) => row(`Version of ${name}`, version)),
        ],
      },
      {
        kind: "code",
        folded: true,
        caption: "The experiment as written",
        code: experiment.source.text?.trimEnd() ?? JSON.stringify(experiment.spec, undefined, 2),
      },
      ...plan.circuits.map(({ title, spec }) => ({
        kind: "code" as const,
        folded: true,
        caption: `The circuit ${title}, with all changes`,
        code: printCircuit(spec).trimEnd(),
      })),
      {
        kind: "table",
        caption: "The runs, each a folder of its own in runs/.",
        columns: [
          { label: "Circuit" },
          { label: "Seed", align: "right" },
          { label: "Outcome" },
          { label: "Seconds of training", align: "right", digits: 1 },
          { label: "Folder" },
        ],
        rows: runs.map(({ circuit, seed, status, trainingSeconds, key }) => ({
          cells: [circuit, String(seed), status, trainingSeconds, key],
        })),
      },
    ],
  };
}

async function firstManifest(dir: string, runs: Comparison["runs"]): Promise<RunManifest | undefined> {
  for (const { key } of runs) {
    const manifest = await readManifest(runPaths(runFolder(dir, key)).manifest);
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}
