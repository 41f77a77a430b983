/** The observed node that reconstruction, denoising and completion are about. */
import { settleError } from "@settle/diagnostics";
import type { SampleSource, Session } from "@settle/runtime";

export interface ObservedImage {
  readonly state: string;
  /** The error node that predicts it. */
  readonly error: string;
  readonly field: string;
  /** As the data give it. */
  readonly shape: readonly number[];
}

/**
 * The node fed with images, or the only observed one there is.
 * @throws {SettleError} `evaluate/no-image`, `evaluate/not-predicted`, `data/missing-field`
 */
export function observedImage({ program }: Session, data: SampleSource): ObservedImage {
  const { observed } = program;
  const node = observed.find(({ field }) => field === "image") ?? (observed.length === 1 ? observed[0] : undefined);
  if (node === undefined) {
    throw settleError("evaluate/no-image", `None of ${observed.length} observed nodes is fed with "image".`, {
      help: 'the tasks score one node: give it { "observed": { "data": "image" } }.',
    });
  }
  const error = program.errors.find(({ target }) => target === node.state);
  if (error === undefined) {
    throw settleError("evaluate/not-predicted", `Nothing predicts "${node.state}", so there is nothing to score.`, {
      help: `add an error node with the target "${node.state}" and a synapse to it.`,
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
  return { state: node.state, error: error.id, field: node.field, shape };
}
