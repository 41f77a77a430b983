/** The same test images through each circuit, side by side. */
import type { ImagesBlock, Picture, ReportSection } from "@settle/runs";
import type { Comparison } from "../comparison.ts";
import type { PlannedTask } from "../plan/experiment-plan.ts";
import { runFolder } from "../run/comparison-folder.ts";
import { readPictures } from "../run/run-scores.ts";
import { slug } from "./report-sections.ts";

type Samples = readonly Readonly<Record<string, Picture>>[];

export async function picturesSection(comparison: Comparison): Promise<ReportSection> {
  const blocks: ImagesBlock[] = [];
  for (const task of comparison.plan.tasks) {
    const block = await picturesOf(task, comparison);
    if (block !== undefined) blocks.push(block);
  }
  return { heading: "Test images", blocks };
}

/** Of the first seed with which most circuits finished; undefined for tasks that show no images. */
async function picturesOf(task: PlannedTask, { dir, plan, runs }: Comparison): Promise<ImagesBlock | undefined> {
  const finished = (seed: number): typeof runs => runs.filter((run) => run.seed === seed && run.status === "finished");
  const seed = plan.seeds.reduce((best, each) => (finished(each).length > finished(best).length ? each : best));
  const shown: { readonly title: string; readonly samples: Samples }[] = [];
  for (const { circuit, key } of finished(seed)) {
    const samples = await readPictures(runFolder(dir, key), task);
    const title = plan.contenders.find(({ id }) => id === circuit)?.title ?? circuit;
    if (samples.length > 0) shown.push({ title, samples });
  }
  const [first] = shown;
  if (first === undefined) return undefined;
  const kinds = Object.keys(first.samples[0] ?? {});
  const given = kinds
    .filter((kind) => shown.every(({ samples }) => isSame(samples, first.samples, kind)))
    .toSorted((a, b) => Number(b === "original") - Number(a === "original"));
  const made = kinds.filter((kind) => !given.includes(kind));
  const columns = [
    ...given.map((kind) => ({ label: kind, samples: first.samples, kind })),
    ...made.flatMap((kind) =>
      shown.map(({ title, samples }) => ({ label: made.length > 1 ? `${title}: ${kind}` : title, samples, kind })),
    ),
  ];
  const rows = first.samples.map((_, index) => ({
    pictures: columns.flatMap(({ samples, kind }) => samples[index]?.[kind] ?? []),
  }));
  return {
    kind: "images",
    name: `pictures-${slug(task.id)}`,
    caption: `${task.id}: the first test images of ${task.data.name}, seed ${seed}${made.length === 1 ? `; ${made[0]} by each circuit` : ""}.`,
    columns: columns.map(({ label }) => label),
    rows: rows.filter(({ pictures }) => pictures.length === columns.length),
  };
}

/** Whether the circuits were shown it: it is the same with all. */
function isSame(samples: Samples, others: Samples, kind: string): boolean {
  return samples.every((sample, i) => {
    const [own, other] = [sample[kind]?.data, others[i]?.[kind]?.data];
    return own !== undefined && other !== undefined && Buffer.compare(own, other) === 0;
  });
}
