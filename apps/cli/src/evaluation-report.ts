/** What an evaluation found: a table for people, and a picture in the run folder. */
import type { Run } from "@settle/runs";
import type { Evaluation } from "@settle/settle";
import type { Context } from "./context.ts";
import { formatScores } from "./format-scores.ts";

export async function printEvaluation(
  context: Context,
  evaluation: Evaluation,
  picture: string | undefined,
): Promise<void> {
  const { taskRegistry } = await import("@settle/settle");
  const { task, data, images, metrics, variants, diverged } = evaluation;
  const names: Readonly<Record<string, string>> = taskRegistry[task].variants;
  const rows = Object.entries({ "": metrics, ...variants }).map(([key, scores]) => [names[key] ?? key, scores]);
  context.print(`${task}, ${images} images of ${data}:`);
  context.print(formatScores(Object.fromEntries(rows) as Record<string, typeof metrics>, context.colors));
  const perLayer = Object.entries(evaluation.discrepancy.errors).map(([id, value]) => `${id} ${value.toFixed(3)}`);
  context.print(
    `Discrepancy ${evaluation.discrepancy.total.toFixed(3)} (${perLayer.join(", ")}); ${evaluation.imagesPerSecond.toFixed(0)} images/s settled.`,
  );
  if (diverged > 0) context.complain(`${diverged} of ${images} images diverged: their scores are not numbers.`);
  if (picture !== undefined) {
    const columns = Object.keys(evaluation.pictures[0]?.images ?? {});
    context.print(`Pictures: ${picture} (from left to right: ${columns.join("; ")})`);
  }
}

/** Writes the samples as one sheet, a row each. @returns its path */
export async function writeEvaluation(run: Run, evaluation: Evaluation): Promise<string> {
  const { contactSheet, pictureOf } = await import("@settle/runs");
  const rows = evaluation.pictures.map(({ shape, images }) =>
    Object.values(images).map((values) => pictureOf(values, shape)),
  );
  const name = `${evaluation.task}-${evaluation.data}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return run.writePicture(`eval-${name.replace(/-$/, "")}`, contactSheet(rows));
}
