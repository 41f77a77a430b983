/** `scores/` in a run's folder: what a trained circuit came to in each task, by the hash of the task. */
import { fileFault, decodeSafetensors, encodeSafetensors, type Picture, pictureOf, writeWhole } from "@settle/runs";
import type { Evaluation, SampleImages } from "@settle/settle";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { contentHash } from "../plan/content-hash.ts";
import type { PlannedTask } from "../plan/experiment-plan.ts";

export interface TaskScore {
  /** By name: `mse`, `clamped.psnr`. Null where samples diverged. */
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly images: number;
  readonly diverged: number;
  readonly seconds: number;
}

/** Names the scores of a task: the same task on the same data, the same name. */
export function taskKey({ task, data, training, options, batch }: PlannedTask): string {
  return contentHash({ task, data: data.hash, training: training?.hash, options, batch }).slice(0, 16);
}

export async function writeScore(dir: string, task: PlannedTask, evaluation: Evaluation): Promise<void> {
  const score: TaskScore = {
    metrics: metricsOf(evaluation),
    images: evaluation.images,
    diverged: evaluation.diverged,
    seconds: evaluation.settleSeconds,
  };
  const folder = join(dir, "scores");
  await mkdir(folder, { recursive: true }).catch((fault: unknown) => {
    throw fileFault(fault, folder, "make the folder of scores");
  });
  const path = join(folder, taskKey(task));
  if (evaluation.pictures.length > 0) {
    await writeWhole(`${path}.safetensors`, encodePictures(evaluation.pictures), "write the pictures");
  }
  await writeWhole(`${path}.json`, `${JSON.stringify(score, undefined, 2)}\n`, "write the scores");
}

/** @returns undefined where the task was not scored */
export async function readScore(dir: string, task: PlannedTask): Promise<TaskScore | undefined> {
  const text = await readFile(join(dir, "scores", `${taskKey(task)}.json`), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as TaskScore);
}

/** The first test images and what the circuit made of them; none where none were kept. */
export async function readPictures(
  dir: string,
  task: PlannedTask,
): Promise<readonly Readonly<Record<string, Picture>>[]> {
  const path = join(dir, "scores", `${taskKey(task)}.safetensors`);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return [];
  const samples: Record<string, Picture>[] = [];
  for (const [name, { data, shape }] of decodeSafetensors(bytes, path).tensors) {
    const [index = "0", ...kind] = name.split(" ");
    const [, , channels = 1] = shape;
    if (channels !== 1 && channels !== 3) continue;
    samples[Number(index)] = { ...samples[Number(index)], [kind.join(" ")]: pictureOf(data, shape) };
  }
  return samples;
}

/** All scores of an evaluation under one name each. */
export function metricsOf({ metrics, variants }: Evaluation): Readonly<Record<string, number | null>> {
  const all: Record<string, number | null> = {};
  const add = (prefix: string, scores: Evaluation["metrics"]): void => {
    for (const [name, value] of Object.entries(scores)) {
      all[`${prefix}${name}`] = Number.isFinite(value) ? value : null;
    }
  };
  add("", metrics);
  for (const [variant, scores] of Object.entries(variants)) add(`${variant}.`, scores);
  return all;
}

function encodePictures(pictures: readonly SampleImages[]): Uint8Array {
  const tensors = pictures.flatMap(({ shape, images }, index) =>
    Object.entries(images).map(([kind, data]) => [`${index} ${kind}`, { shape, data }] as const),
  );
  return encodeSafetensors({ tensors: new Map(tensors), metadata: { format: "settle-pictures" } });
}
