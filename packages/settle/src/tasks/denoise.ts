import { predictedImage } from "../observed-image.ts";
import { required } from "./required.ts";
import { Scorer } from "./scorer.ts";
import type { Pass, TaskDefinition } from "./task.ts";

/**
 * The observed node is set to the image plus noise and released; its final prediction is scored against the clean image.
 * Variants are the final state and, in passes of their own, the prediction when the node stays clamped to the noisy
 * image, and when it is clamped first and released, from the states settled so, for half as many steps.
 * Of several levels of noise the first gives the task's own scores, the others are variants named after them.
 * @source ConvNGC section 4
 */
export const denoise: TaskDefinition = {
  summary: "set the image plus noise, released; score against the clean one",
  variants: {
    "": "denoised, released",
    state: "its final state",
    clamped: "denoised, clamped",
    relaxed: "denoised, clamped, then released",
    noisy: "the noisy images",
  },
  async plan(session, { source, noise = 0.1, metrics, steps }) {
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
      /** Scored as a variant of its own, by its prediction. */
      const reading = (name: string, settle: Pick<Pass, "modes" | "first" | "steps">): Pass => ({
        ...settle,
        predictions: [error],
        corrupt,
        score({ clean, result }) {
          const denoised = required(result.predictions[error]);
          scorer.add(named(name), required(clean[field]), denoised);
          return { [named(`denoised, ${name}`)]: denoised };
        },
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
        reading("clamped", { modes: { [state]: "clamped" } }),
        reading("relaxed", {
          modes: { [state]: "released" },
          first: { modes: { [state]: "clamped" }, ...(steps !== undefined && { steps }) },
          steps: Math.round((steps ?? session.program.settle.steps) / 2),
        }),
      ];
    });
    return { shape, passes, scores: () => scorer.scores() };
  },
};
