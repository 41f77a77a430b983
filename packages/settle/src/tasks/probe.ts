import { settleError } from "@settle/diagnostics";
import { type Program, sizeOf } from "@settle/program";
import type { NumberArray, SettleResult } from "@settle/runtime";
import { topStates } from "../top-states.ts";
import { countHits } from "./labels.ts";
import { required } from "./required.ts";
import { type RidgeClassifier, RidgeSums } from "./ridge-classifier.ts";
import type { Pass, TaskDefinition } from "./task.ts";

/** λ of the ridge, tried on a tenth of the training samples that the others did not see. */
const strengths: readonly number[] = [1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1];

/** Numbers a probe may read; its solution takes the cube of them. */
const most = 2000;

/**
 * How well classes can be read off the settled latents by a linear map: ridge regression on one-hot labels, learned from
 * the training samples and scored on others. Labels the circuit observes are free. Its strength is chosen on a tenth of
 * the training samples.
 * @source Alain2016
 */
export const probe: TaskDefinition = {
  summary: "learn a linear map from settled latents to labels, score the classes it finds",
  variants: { "": "linear probe" },
  async plan(session, { source, training, latents }) {
    const { program } = session;
    if (training === undefined) {
      throw settleError("evaluate/no-training", "A probe learns from labelled training samples, and none were given.", {
        help: "give the training split as `training`.",
      });
    }
    const shape = source.fields["label"];
    if (shape === undefined || training.fields["label"] === undefined) {
      const { name } = shape === undefined ? source : training;
      throw settleError("evaluate/no-label", `${name} has no labels, so a probe has nothing to find.`, {
        help: "use data with labels; `settle data` lists what there is.",
      });
    }
    const classes = sizeOf(shape);
    const states = latents ?? topStates(program);
    const size = states.reduce((sum, id) => sum + sizeOfState(program, id), 0);
    if (size > most) {
      throw settleError(
        "evaluate/too-many-latents",
        `${states.join(", ")} have ${size} numbers; a probe reads ${most} at most.`,
        {
          help: `name smaller states: ${program.states.map(({ id }) => id).join(", ")}.`,
        },
      );
    }
    const modes = Object.fromEntries(
      program.observed.filter(({ field }) => field === "label").map(({ state }) => [state, "free" as const]),
    );
    const withoutLabel: NonNullable<Pass["corrupt"]> = ({ label: _label, ...fields }) => fields;
    const learning = new RidgeSums(size, classes);
    const held: { readonly inputs: NumberArray; readonly labels: NumberArray }[] = [];
    let classifier: RidgeClassifier | undefined;
    let hits = 0;
    let samples = 0;
    return {
      passes: [
        {
          modes,
          states,
          source: training,
          corrupt: withoutLabel,
          score({ indices, clean, result }) {
            const inputs = join(result, states, size);
            const labels = required(clean["label"]);
            const isHeld = (i: number): boolean => indices[i]! % 10 === 9;
            const places = indices.map((_, i) => i);
            const pick = (values: NumberArray, width: number, wanted: readonly number[]): Float64Array =>
              Float64Array.from(wanted.flatMap((i) => [...values.subarray(i * width, (i + 1) * width)]));
            const learned = places.filter((i) => !isHeld(i));
            const kept = places.filter(isHeld);
            learning.add(pick(inputs, size, learned), pick(labels, classes, learned));
            held.push({ inputs: pick(inputs, size, kept), labels: pick(labels, classes, kept) });
            return {};
          },
        },
        {
          modes,
          states,
          corrupt: withoutLabel,
          score({ indices, clean, result }) {
            classifier ??= choose(learning, held);
            hits += countHits(
              classifier.outputs(join(result, states, size), indices.length),
              required(clean["label"]),
              classes,
            );
            samples += indices.length;
            return {};
          },
        },
      ],
      scores: () => ({ "": { accuracy: hits / samples } }),
    };
  },
};

/** The best on the samples held back, then learned from those as well. */
function choose(
  learning: RidgeSums,
  held: readonly { readonly inputs: NumberArray; readonly labels: NumberArray }[],
): RidgeClassifier {
  const { size, classes } = learning;
  const score = (strength: number): number => {
    const classifier = learning.solve(strength);
    return held.reduce((sum, { inputs, labels }) => {
      return sum + countHits(classifier.outputs(inputs, inputs.length / size), labels, classes);
    }, 0);
  };
  const tried = strengths.map((strength) => ({ strength, hits: score(strength) }));
  const best = tried.reduce((left, right) => (right.hits >= left.hits ? right : left));
  for (const { inputs, labels } of held) learning.add(inputs, labels);
  return learning.solve(best.strength);
}

/** The states of each sample behind each other, `[count, size]`. */
function join(result: SettleResult, states: readonly string[], size: number): Float64Array {
  const joined = new Float64Array(result.count * size);
  let at = 0;
  for (const id of states) {
    const values = required(result.states[id]);
    const width = values.length / result.count;
    for (let n = 0; n < result.count; n++) joined.set(values.subarray(n * width, (n + 1) * width), n * size + at);
    at += width;
  }
  return joined;
}

function sizeOfState(program: Program, id: string): number {
  const state = program.states.find((each) => each.id === id);
  const buffer = state && program.buffers.find((each) => each.id === state.buffer);
  if (buffer !== undefined) return sizeOf(buffer.type.shape);
  throw settleError("session/unknown-node", `The circuit has no state "${id}".`, {
    help: `it has ${program.states.map((each) => each.id).join(", ")}.`,
  });
}
