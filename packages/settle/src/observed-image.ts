/** The observed node that images feed. */
import { settleError } from "@settle/diagnostics";
import type { SampleSource, Session } from "@settle/runtime";

export interface PredictedImage extends ObservedImage {
  /** The error node that predicts it. */
  readonly error: string;
  /** Whether its predictions are probabilities of pixels. */
  readonly probabilities: boolean;
}

export interface ObservedImage {
  readonly state: string;
  readonly field: string;
  /** As the data give it. */
  readonly shape: readonly number[];
}

/**
 * The node fed with images, or the only observed one there is, which something must predict.
 * @throws {SettleError} `evaluate/no-image`, `evaluate/not-predicted`, `data/missing-field`
 */
export function predictedImage(session: Session, data: SampleSource): PredictedImage {
  const image = observedImage(session, data);
  const error = session.program.errors.find(({ target }) => target === image.state);
  if (error !== undefined) return { ...image, error: error.id, probabilities: error.probabilities === true };
  throw settleError("evaluate/not-predicted", `Nothing predicts "${image.state}", so there is nothing to score.`, {
    help: `add an error node with the target "${image.state}" and a synapse to it.`,
  });
}

/**
 * The node fed with images, or the only observed one there is.
 * @throws {SettleError} `evaluate/no-image`, `data/missing-field`
 */
export function observedImage({ program }: Session, data: SampleSource): ObservedImage {
  const { observed } = program;
  const node = observed.find(({ field }) => field === "image") ?? (observed.length === 1 ? observed[0] : undefined);
  if (node === undefined) {
    throw settleError("evaluate/no-image", `None of ${observed.length} observed nodes is fed with "image".`, {
      help: 'the tasks score one node: give it { "observed": { "data": "image" } }.',
    });
  }
  const shape = data.fields[node.field];
  if (shape === undefined) {
    throw settleError(
      "data/missing-field",
      `"${node.state}" is fed with "${node.field}", which the data do not have.`,
      {
        help: `the data offer: ${Object.keys(data.fields).join(", ")}.`,
      },
    );
  }
  return { state: node.state, field: node.field, shape };
}
