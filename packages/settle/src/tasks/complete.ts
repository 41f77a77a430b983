import type { Mask } from "@settle/data";
import type { NumberArray } from "@settle/runtime";
import { predictedImage } from "../observed-image.ts";
import { required } from "./required.ts";
import { Scorer } from "./scorer.ts";
import type { Pass, Scores, TaskDefinition } from "./task.ts";

/**
 * A part of the image is hidden and settles to what the circuit expects there. `hidden` scores the settled image over
 * the hidden pixels only. Of several masks the first gives the task's own scores, the others are variants named after
 * them.
 */
export const complete: TaskDefinition = {
  summary: "hide a part of the image, score what settles there",
  variants: {
    "": "prediction",
    state: "completed (known pixels as given)",
    hidden: "completed, hidden pixels only",
  },
  async plan(session, { source, mask = { kind: "half", missing: "bottom" }, metrics }) {
    const { drawMasks } = await import("@settle/data");
    const { state, error, field, shape } = predictedImage(session, source);
    const scorer = new Scorer(shape, metrics && { metrics });
    const hiddenParts: [name: string, part: HiddenPart][] = [];
    const passes = [mask].flat().map((each, nth): Pass => {
      const named = (variant: string): string =>
        nth === 0 ? variant : [nameOfMask(each), variant].filter((part) => part !== "").join(", ");
      const part = new HiddenPart();
      hiddenParts.push([named("hidden"), part]);
      const draw = (samples: readonly number[]): Float32Array =>
        drawMasks(shape, { seed: session.seed, samples }, each);
      return {
        modes: { [state]: "masked" },
        predictions: [error],
        states: [state],
        masks: (_fields, samples) => ({ [state]: draw(samples) }),
        score({ indices, clean, result }) {
          const known = draw(indices);
          const original = required(clean[field]);
          const completed = required(result.states[state]);
          const prediction = required(result.predictions[error]);
          scorer.add(named(""), original, prediction);
          scorer.add(named("state"), original, completed);
          part.add(original, completed, known);
          const hidden = original.map((value, i) => (known[i] === 1 ? value : 0.5));
          return nth === 0
            ? { original, hidden, completed, prediction }
            : { [named("hidden")]: hidden, [named("completed")]: completed };
        },
      };
    });
    return {
      shape,
      passes,
      scores: () => ({
        ...scorer.scores(),
        ...Object.fromEntries(hiddenParts.map(([name, part]) => [name, part.scores()])),
      }),
    };
  },
};

/** `all`, `half bottom`, `box 8 × 8`, `random 0.5`. */
function nameOfMask(mask: Mask): string {
  switch (mask.kind) {
    case "all":
      return "all";
    case "half":
      return `half ${mask.missing}`;
    case "box":
      return `box ${mask.height}×${mask.width}`;
    case "random":
      return `random ${mask.missing}`;
    default:
      return mask satisfies never;
  }
}

/** Mean squared error over all hidden numbers of all images, × 255². */
class HiddenPart {
  #sum = 0;
  #count = 0;

  add(target: NumberArray, value: NumberArray, known: NumberArray): void {
    for (let i = 0; i < known.length; i++) {
      if (known[i] === 1) continue;
      this.#sum += (255 * ((target[i] as number) - (value[i] as number))) ** 2;
      this.#count += 1;
    }
  }

  scores(): Scores {
    return { mse: this.#sum / this.#count };
  }
}
