import { countHits, observedLabel, withoutLabels } from "./labels.ts";
import { required } from "./required.ts";
import type { TaskDefinition } from "./task.ts";

/**
 * Everything observed is clamped but the label, which is free: the class is where its settled state is largest. The
 * settle does not even receive the labels.
 * @source Whittington2017 section 2
 */
export const classify: TaskDefinition = {
  summary: "settle to the image with the label free, score the class it settles to",
  variants: { "": "classification" },
  async plan(session, { source }) {
    const label = observedLabel(session, source);
    let hits = 0;
    let samples = 0;
    return {
      passes: [
        {
          modes: { [label.state]: "free" },
          states: [label.state],
          corrupt: (fields) => withoutLabels(fields, label),
          score({ indices, clean, result }) {
            hits += countHits(required(result.states[label.state]), required(clean[label.field]), label.classes);
            samples += indices.length;
            return {};
          },
        },
      ],
      scores: () => ({ "": { accuracy: hits / samples } }),
    };
  },
};
