import type { PlotBlock } from "@settle/runs";

/** What one update found: the discrepancy of its settled batch, before the update. */
export interface LearningMoment {
  /** Images seen so far, this batch included. */
  readonly images: number;
  /** Mean over the batch. */
  readonly discrepancy: number;
  /** By error node. */
  readonly errors: Readonly<Record<string, number>>;
}

/** The learning curve of a report: total discrepancy, and layer by layer. */
export function learningPlot(moments: readonly LearningMoment[], axis: string): PlotBlock {
  const ids = Object.keys(moments[0]?.errors ?? {});
  return {
    kind: "plot",
    name: "learning",
    caption: "Discrepancy of each batch after settling, before its update.",
    x: { label: axis },
    y: { label: "discrepancy per image", scale: "log" },
    series: [
      { name: "total", points: moments.map(({ images, discrepancy }) => [images, discrepancy] as const) },
      ...ids.map((id) => ({
        name: id,
        points: moments.map(({ images, errors }) => [images, errors[id] ?? Number.NaN] as const),
      })),
    ],
  };
}
