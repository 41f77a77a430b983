import type { Severity } from "./diagnostic.ts";

/** What a code stands for. Each has a page, `docs/diagnostics/<stage>-<what>.md`. */
export interface CodeEntry {
  readonly severity: Severity;
  /** One line, said of the fault in general. */
  readonly meaning: string;
}

const error = (meaning: string): CodeEntry => ({ severity: "error", meaning });

/** Every code Settle can report, by the stage that finds the fault. */
export const codes = {
  "parse/not-json": error("The file is not JSON."),
  "parse/syntax": error("The JSON is broken at this place."),
  "parse/duplicate-id": error("An object has the same key twice."),
  "parse/forbidden-key": error("A key has a name JavaScript keeps for itself."),
  "parse/too-large": error("The file is longer than a circuit may be."),
  "parse/too-deep": error("The values are nested deeper than a circuit can be."),
  "parse/bad-expression": error("A custom activation is not an expression in x."),

  "schema/not-a-circuit": error("The document is not an object."),
  "schema/not-json": error("A circuit built in memory holds something JSON cannot: a function, NaN, a cycle."),
  "schema/missing-version": error("The circuit does not say which version of the language it is written in."),
  "schema/newer-version": error("The circuit is written in a newer version of the language."),
  "schema/missing-field": error("A field that must be there is missing."),
  "schema/unknown-field": error("The part has no such field."),
  "schema/unknown-kind": error("There is no such kind of activation, synapse, prior, …"),
  "schema/unknown-value": error("The field accepts a few words, and this is none of them."),
  "schema/wrong-type": error("The field holds another type of value than it may."),
  "schema/out-of-range": error("A number is negative, zero, too large or not whole where it may not be."),
  "schema/bad-id": error("The id of a part has a character ids may not have."),
  "schema/bad-name": error("A name has a character it may not have."),
  "schema/bad-length": error("A list has too few or too many entries."),
  "schema/empty-range": error("The upper bound of a uniform law is not above the lower one."),
  "schema/softmax-activation": error(
    "Softmax is the activation of a state; it can only be the output of an error node.",
  ),
  "schema/more-faults": error("The file has more faults than are shown."),
  "schema/too-many-parts": error("The circuit has more parts than Settle takes."),

  "data/empty-batch": error("A batch holds no samples."),
  "data/empty-source": error("A data set holds no samples."),
  "data/missing-field": error("The data lack the field that an observed node is fed with."),
  "data/missing-mask": error("A masked node was given no mask."),
  "data/not-finite": error("A sample holds NaN or an infinity."),
  "data/shape-mismatch": error("The data have another shape than the observed node they feed."),
  "data/unknown-set": error("There is no data set and no folder of that name."),
  "data/missing-folder": error("The folder of a data set is not there."),
  "data/empty-folder": error("The folder of a data set holds nothing that can be read."),
  "data/missing-file": error("A file of a data set is not there."),
  "data/unreadable": error("A file or folder of a data set cannot be read."),
  "data/wrong-size": error("A file of a data set is longer or shorter than its format says."),
  "data/damaged-file": error("A file of a data set is not in the format it should have."),
  "data/image-size": error("The images of a folder are not all of one size."),
  "data/partial-set": {
    severity: "info",
    meaning: "The folder holds a part of the set, or is cut into splits by position.",
  },
  "data/no-split": error("The data have no such split, or are too few to cut it."),
  "data/bad-limit": error("The number of samples to take is not a positive integer."),
  "data/no-such-sample": error("A sample was asked for that the split does not have."),
  "data/bad-corruption": error("Noise or a mask was asked for that no image can get."),
  "data/nothing-to-fetch": error("The data set is made on this machine and has no files to fetch."),
  "data/download-failed": error("A file could not be fetched."),
  "data/wrong-checksum": error("A file has another content than the published one."),
  "data/disk-full": error("The disk has no room for a file."),
  "data/not-writable": error("A folder or file cannot be written."),
  "metrics/not-an-image": error("A shape is not that of an image."),
  "metrics/size-mismatch": error("Two arrays to be compared do not hold the same whole number of images."),
  "metrics/image-too-small": error("An image is smaller than the window of the metric."),
  "noise/bad-seed": error("A seed is not an integer."),
  "session/bad-option": error("A setting of a settle, a training or an evaluation is out of range."),
  "session/disposed": error("The session was used after it was disposed of."),
  "session/unknown-node": error("The circuit has no state or error node of that name."),
  "engine/unknown": error("There is no engine of that name."),
  "engine/unavailable": error("The engine does not work on this machine."),
  "checkpoint/unknown-tensor": error("The weights hold a tensor that the circuit does not have."),
  "checkpoint/missing-tensor": error("The weights lack a tensor that the circuit has."),
  "checkpoint/shape-mismatch": error("A tensor of the weights has another shape than in the circuit."),
  "checkpoint/not-finite": error("The weights hold NaN or an infinity."),
  "run/other-circuit": error("The run was made with another circuit."),
  "run/other-settings": error("The run was made with other settings."),
  "run/diverged": error("The settle of a sample diverged."),
  "run/not-finite": error("A weight became NaN or infinite."),
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof codes;

/** The docs page of a code, from the root of the repository. */
export function docsPage(code: string): string {
  return `docs/diagnostics/${code.replace("/", "-")}.md`;
}
