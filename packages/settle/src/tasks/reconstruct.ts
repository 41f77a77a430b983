import { predictedImage } from "../observed-image.ts";
import { required } from "./required.ts";
import { Scorer } from "./scorer.ts";
import type { TaskDefinition } from "./task.ts";

/**
 * The observed node is clamped to the image; its prediction is scored, by its cross-entropy too where it is made of
 * probabilities. On data of another set than the circuit learned from, this is out-of-distribution reconstruction.
 * @source ConvNGC section 4, eqs. 4–6
 */
export const reconstruct: TaskDefinition = {
  summary: "settle to the image, score its prediction",
  variants: { "": "reconstruction" },
  async plan(session, { source, metrics }) {
    const { state, error, field, shape, probabilities } = predictedImage(session, source);
    const scorer = new Scorer(shape, { probabilities, ...(metrics && { metrics }) });
    return {
      shape,
      passes: [
        {
          modes: { [state]: "clamped" },
          predictions: [error],
          score({ clean, result }) {
            const original = required(clean[field]);
            const reconstruction = required(result.predictions[error]);
            scorer.add("", original, reconstruction);
            return { original, reconstruction };
          },
        },
      ],
      scores: () => scorer.scores(),
    };
  },
};
