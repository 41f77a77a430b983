/** The report of `settle train`: what was trained, its learning curve, its epochs, the circuit and its equations. */
import type { ReportSection, Run } from "@settle/runs";
import type { Compiled, Evaluation, TrainingResult } from "@settle/settle";
import { type LearningMoment, learningPlot } from "./learning-plot.ts";

export interface TrainingReport {
  readonly compiled: Compiled;
  readonly result: TrainingResult;
  /** Of a few validation images, if there are any. */
  readonly evaluation?: Evaluation;
}

export async function writeTrainingReport(run: Run, { compiled, result, evaluation }: TrainingReport): Promise<void> {
  const { writeReport } = await import("@settle/runs");
  const { circuitSection } = await import("./circuit-section.ts");
  const lines = await run.readMetrics();
  const moments: LearningMoment[] = [];
  const estimates: (readonly [number, number])[] = [];
  let images = 0;
  for (const line of lines) {
    if (line.kind !== "step") continue;
    images += line.samples;
    if (line.lambdaMax !== undefined) estimates.push([images, line.lambdaMax]);
    moments.push({ images, discrepancy: line.discrepancy, errors: line.errors });
  }
  const epochs = lines.filter((line) => line.kind !== "step");
  const { analysis } = compiled;
  const { engine } = run.manifest;
  const data = run.manifest.data["training"];
  await writeReport(run, {
    title: `Training of ${analysis.name}`,
    summary: summarize(result, images),
    facts: [
      { label: "Circuit", value: `${analysis.name}, ${analysis.parameters.total.toLocaleString("en")} parameters` },
      { label: "Data", value: data === undefined ? "–" : `${data.name}, ${data.samples.toLocaleString("en")} samples` },
      { label: "Engine", value: `${engine.name} on ${engine.device}` },
      { label: "Speed", value: `${result.imagesPerSecond.toFixed(0)} images/s` },
    ],
    sections: [
      { heading: "Learning", blocks: [learningPlot(moments, "images seen")] },
      ...stabilitySection(estimates, result),
      ...(epochs.length === 0 ? [] : [epochTable(epochs)]),
      ...(evaluation === undefined ? [] : [await pictures(evaluation)]),
      // Whoever has pressed Ctrl-C is not kept waiting.
      await circuitSection(compiled, { drawn: result.kind !== "interrupted" }),
    ],
  });
}

function stabilitySection(
  estimates: readonly (readonly [number, number])[],
  { stability }: TrainingResult,
): readonly ReportSection[] {
  const [first] = estimates;
  const last = estimates.at(-1);
  if (first === undefined || last === undefined) return [];
  const limit = Number.isFinite(stability?.limit) ? stability?.limit : undefined;
  return [
    {
      heading: "Stability",
      blocks: [
        {
          kind: "plot",
          name: "stability",
          caption:
            "λmax, the largest eigenvalue of the settle's linearised motion, over the samples of a batch. " +
            `It is ${last[1].toPrecision(3)} in the end` +
            (limit === undefined ? "." : `; above ${limit.toPrecision(3)} a linear settle diverges.`),
          x: { label: "images seen" },
          y: { label: "λmax" },
          series: [
            { name: "λmax", points: estimates },
            ...(limit === undefined
              ? []
              : [{ name: "limit", points: [first, last].map(([x]) => [x, limit] as const) }]),
          ],
        },
      ],
    },
  ];
}

function summarize(result: TrainingResult, images: number): string {
  const { updates } = result.position;
  const done = `${updates.toLocaleString("en")} updates, ${images.toLocaleString("en")} images`;
  switch (result.kind) {
    case "done":
      return `${done}. The discrepancy of the last epoch is ${result.discrepancy?.total.toPrecision(4) ?? "not known"}.`;
    case "interrupted":
      return `${done}, then interrupted. It can go on with --resume.`;
    case "diverged":
      return `${done}, then it diverged: ${result.diagnostic.message}`;
    default:
      return result satisfies never;
  }
}

type EpochLine = Extract<Awaited<ReturnType<Run["readMetrics"]>>[number], { kind: "epoch" | "validation" }>;

function epochTable(lines: readonly EpochLine[]): ReportSection {
  const ids = Object.keys(lines[0]?.errors ?? {});
  return {
    heading: "Epochs",
    blocks: [
      {
        kind: "table",
        caption:
          "Discrepancy, mean over the images: of training, each image as it was when its turn came, and of validation.",
        columns: [
          { label: "epoch" },
          { label: "of" },
          { label: "images" },
          ...ids.map((id) => ({ label: id })),
          { label: "total" },
          { label: "seconds" },
        ],
        rows: lines.map(({ kind, epoch, samples, errors, discrepancy, seconds }) => ({
          cells: [
            epoch,
            kind === "epoch" ? "training" : "validation",
            samples,
            ...ids.map((id) => errors[id]),
            discrepancy,
            seconds,
          ],
        })),
      },
    ],
  };
}

async function pictures({ pictures: samples }: Evaluation): Promise<ReportSection> {
  const { pictureOf } = await import("@settle/runs");
  return {
    heading: "Validation images",
    blocks: [
      {
        kind: "images",
        name: "validation",
        caption: "Images it has not learned from, and what the settled circuit predicts.",
        columns: ["original", "reconstruction"],
        rows: samples.map(({ shape, images }) => ({
          pictures: ["original", "reconstruction"].flatMap((name) => {
            const values = images[name];
            return values === undefined ? [] : [pictureOf(values, shape)];
          }),
        })),
      },
    ],
  };
}
