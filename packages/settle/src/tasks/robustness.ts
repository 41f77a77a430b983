import { settleError } from "@settle/diagnostics";
import type { DataBatch } from "@settle/runtime";
import { observedImage, predictedImage } from "../observed-image.ts";
import { countHits, observedLabel, withoutLabels } from "./labels.ts";
import { required } from "./required.ts";
import { Scorer } from "./scorer.ts";
import type { Pass, Scores, TaskDefinition, TaskOptions } from "./task.ts";

/** Levels of noise, where none are given. */
const usualNoise: readonly number[] = [0.05, 0.1, 0.2];

interface Corruption {
  /** `""` for none. */
  readonly name: string;
  readonly apply: (images: Float32Array, samples: readonly number[]) => Float32Array;
}

/**
 * The image is spoiled by noise, or by a grey square somewhere, and clamped. A circuit that observes labels is scored by
 * the classes it finds, any other by its prediction of the clean image. The task's own scores are those of clean images.
 */
export const robustness: TaskDefinition = {
  summary: "spoil the image by noise and by grey squares; score classes, or the prediction of the clean image",
  variants: { "": "clean images" },
  async plan(session, options) {
    const { source } = options;
    const image = observedImage(session, source);
    const hasLabel = session.program.observed.some(({ field }) => field === "label") && source.fields["label"];
    const corruptions = await corruptionsOf(options, session.seed, image.shape);
    if (hasLabel) {
      const label = observedLabel(session, source);
      const hits = corruptions.map(() => 0);
      let samples = 0;
      const passes = corruptions.map((corruption, nth): Pass => ({
        modes: { [label.state]: "free" },
        states: [label.state],
        corrupt: (fields, indices) => withoutLabels(spoil(fields, image.field, corruption, indices), label),
        score({ indices, clean, seen, result }) {
          hits[nth] =
            (hits[nth] as number) +
            countHits(required(result.states[label.state]), required(clean[label.field]), label.classes);
          if (nth === 0) samples += indices.length;
          return { [corruption.name || "original"]: required(seen[image.field]) };
        },
      }));
      const scores = (): Record<string, Scores> =>
        Object.fromEntries(corruptions.map(({ name }, nth) => [name, { accuracy: (hits[nth] as number) / samples }]));
      return { shape: image.shape, passes, scores };
    }
    const { error } = predictedImage(session, source);
    const scorer = new Scorer(image.shape, options.metrics && { metrics: options.metrics });
    const passes = corruptions.map((corruption): Pass => ({
      modes: { [image.state]: "clamped" },
      predictions: [error],
      corrupt: (fields, indices) => spoil(fields, image.field, corruption, indices),
      score({ clean, seen, result }) {
        const prediction = required(result.predictions[error]);
        scorer.add(corruption.name, required(clean[image.field]), prediction);
        return {
          [corruption.name || "original"]: required(seen[image.field]),
          [`${corruption.name} prediction`.trim()]: prediction,
        };
      },
    }));
    return { shape: image.shape, passes, scores: () => scorer.scores() };
  },
};

async function corruptionsOf(
  { noise = usualNoise, occlusion }: TaskOptions,
  seed: number,
  shape: readonly number[],
): Promise<readonly Corruption[]> {
  const { addGaussianNoise, drawMasks } = await import("@settle/data");
  const [height = 1, width = 1] = shape;
  const shortest = Math.min(height, width);
  const sides = occlusion ?? [Math.max(1, Math.round(shortest / 4)), Math.max(1, Math.round(shortest / 2))];
  if (sides.some((side) => side > shortest)) {
    throw settleError("data/bad-corruption", `A square of ${Math.max(...sides)} pixels is larger than the image.`, {
      help: `the images have ${height} × ${width} pixels.`,
    });
  }
  return [
    { name: "", apply: (images) => images },
    ...[noise].flat().map((sigma): Corruption => ({
      name: `noise ${sigma}`,
      apply: (images, samples) => addGaussianNoise(images, { seed, samples }, sigma),
    })),
    ...sides.map((side): Corruption => ({
      name: `square ${side}×${side}`,
      apply(images, samples) {
        const known = drawMasks(shape, { seed, samples }, { kind: "box", height: side, width: side });
        return images.map((value, i) => (known[i] === 1 ? value : 0.5));
      },
    })),
  ];
}

function spoil(
  fields: DataBatch["fields"],
  field: string,
  corruption: Corruption,
  samples: readonly number[],
): DataBatch["fields"] {
  return { ...fields, [field]: corruption.apply(required(fields[field]), samples) };
}
