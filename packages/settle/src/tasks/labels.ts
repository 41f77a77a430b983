/** The observed node fed with labels, which is asked and never told. */
import { settleError } from "@settle/diagnostics";
import type { DataBatch, NumberArray, SampleSource, Session } from "@settle/runtime";

export interface ObservedLabel {
  readonly state: string;
  readonly field: string;
  readonly classes: number;
}

/** @throws {SettleError} `evaluate/no-label`, `evaluate/no-image` */
export function observedLabel({ program }: Session, data: SampleSource): ObservedLabel {
  const node = program.observed.find(({ field }) => field === "label");
  const shape = data.fields["label"];
  if (node === undefined || shape === undefined) {
    const what = node === undefined ? 'No observed node is fed with "label"' : `${data.name} has no labels`;
    throw settleError("evaluate/no-label", `${what}, so nothing can be classified.`, {
      help:
        node === undefined
          ? 'give the circuit a state with { "observed": { "data": "label" } }, or try the task probe.'
          : "use data with labels; `settle data` lists what there is.",
    });
  }
  if (program.observed.length < 2) {
    throw settleError(
      "evaluate/no-image",
      "The circuit observes nothing but labels, so there is nothing to classify.",
      {
        help: 'feed another state with { "observed": { "data": "image" } }.',
      },
    );
  }
  return { state: node.state, field: node.field, classes: shape.reduce((product, each) => product * each, 1) };
}

/** The samples without their labels: a settle given these cannot see them. */
export function withoutLabels(fields: DataBatch["fields"], { field }: ObservedLabel): DataBatch["fields"] {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== field));
}

/** How many of a batch have their largest number where the label has it. @param outputs, labels `[batch, classes]` */
export function countHits(outputs: NumberArray, labels: NumberArray, classes: number): number {
  let hits = 0;
  for (let at = 0; at < labels.length; at += classes) {
    if (largest(outputs, at, classes) === largest(labels, at, classes)) hits += 1;
  }
  return hits;
}

/** The first of the largest; −1 where one is not a number, which no label is. */
function largest(values: NumberArray, at: number, count: number): number {
  let best = 0;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(values[at + i])) return -1;
    if ((values[at + i] as number) > (values[at + best] as number)) best = i;
  }
  return best;
}
