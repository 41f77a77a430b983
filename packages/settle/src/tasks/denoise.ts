import { predictedImage } from "../observed-image.ts";
import { required } from "./required.ts";
import { Scorer } from "./scorer.ts";
import type { Pass, TaskDefinition } from "./task.ts";

/**
 * The observed node is set to the image plus noise and released; its final prediction is scored against the clean image.
 * The final state and, in a second pass, the prediction when the node stays clamped to the noisy image are variants.
 * Of several levels of noise the first gives the task's own scores, the others are variants named after them.
 * @source ConvNGC section 4
 */
export const denoise: TaskDefinition = {
  summary: "set the image plus noise, released; score against the clean one",
  variants: {
    "": "denoised, released",
    state: "its final state",
    clamped: "denoised, clamped",
    noisy: "the noisy images",
  },
  async plan(session, { source, noise = 0.1, metrics }) {
    const { addGaussianNoise } = await import("@settle/data");
    const { state, error, field, shape } = predictedImage(session, source);
    const scorer = new Scorer(shape, metrics && { metrics });
    const passes = [noise].flat().flatMap((sigma, level): readonly Pass[] => {
      const named = (variant: string): string =>
        level === 0 ? variant : [`noise ${sigma}`, variant].filter((part) => part !== "").join(", ");
      const corrupt: Pass["corrupt"] = (fields, samples) => ({
        ...fields,
        [field]: addGaussianNoise(required(fields[field]), { seed: session.seed, samples }, sigma),
      });
      return [
        {
          modes: { [state]: "released" },
          predictions: [error],
          states: [state],
          corrupt,
          score({ clean, seen, result }) {
            const original = required(clean[field]);
            const noisy = required(seen[field]);
            const denoised = required(result.predictions[error]);
            scorer.add(named(""), original, denoised);
            scorer.add(named("state"), original, required(result.states[state]));
            scorer.add(named("noisy"), original, noisy);
            return level === 0
              ? { original, noisy, denoised }
              : { [named("noisy")]: noisy, [named("denoised")]: denoised };
          },
        },
        {
          modes: { [state]: "clamped" },
          predictions: [error],
          corrupt,
          score({ clean, result }) {
            const denoised = required(result.predictions[error]);
            scorer.add(named("clamped"), required(clean[field]), denoised);
            return { [named("denoised, clamped")]: denoised };
          },
        },
      ];
    });
    return { shape, passes, scores: () => scorer.scores() };
  },
};
