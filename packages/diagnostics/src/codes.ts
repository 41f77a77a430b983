import type { Severity } from "./diagnostic.ts";

/** What a code stands for. Each has a page, `docs/diagnostics/<stage>-<what>.md`. */
export interface CodeEntry {
  readonly severity: Severity;
  /** One line, said of the fault in general. */
  readonly meaning: string;
}

const entry =
  (severity: Severity) =>
  (meaning: string): CodeEntry => ({ severity, meaning });
const error = entry("error");
const warning = entry("warning");
const info = entry("info");

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
  "schema/too-many-parts": error("The circuit has more parts than Settle takes."),
  "schema/more-faults": error("The file has more faults than are shown."),

  "template/unknown-parameter": error("The circuit has no parameter of this name."),
  "template/wrong-type": error("A parameter is given a value of another type than its default has."),
  "template/out-of-range": error("A parameter is given a value outside its range."),
  "template/bad-default": error("A parameter's default does not fit its own declaration."),
  "template/bad-reference": error("A field refers to a parameter in another form than it should."),
  "template/unused-parameter": warning("Nothing refers to a parameter."),
  "template/build-threw": error("The function of a template failed."),

  "train/bad-schedule": error("What --schedule says is no schedule of the learning rate."),

  "normalize/kind-missing": error("A synapse does not say of what kind it is."),
  "normalize/constraint-twice": error("The list of constraints has two of one kind."),
  "normalize/sigma-and-covariance": error("A precision has both standard deviations and a covariance."),
  "normalize/kernel-missing": error("A convolution or deconvolution has no kernel."),
  "normalize/operation-incomplete": error("A pool has no size, an upsampling no factor, or a block no stages."),

  "resolve/unknown-state": error("No state has the id that is referred to."),
  "resolve/unknown-error": error("No error node has the id that is referred to."),
  "resolve/same-id": error("Two parts of a circuit that have tensors of their own have the same id."),
  "resolve/second-error-node": error("A state has two error nodes."),
  "resolve/no-predictor": error("No synapse points at an error node."),
  "resolve/isolated-state": error("Nothing reads or corrects a state."),
  "resolve/never-corrected": warning("A state is read but never corrected."),
  "resolve/not-observed": error("No state is observed."),
  "resolve/shape-mismatch": error("What a synapse predicts does not have the shape of its target."),
  "resolve/impossible-extent": error("A kernel is larger than the map it reads."),
  "resolve/needs-map": error("A convolution, or a precision per channel, meets a state that is not a map."),
  "resolve/shape-unknown": error("The shape of a state does not follow from the rest."),
  "resolve/shape-and-channels": error("A state has both a shape and a number of channels."),
  "resolve/start-law": error("A state starts by a law that is for weights only."),
  "resolve/precision-size": error("A precision has more or fewer numbers than its target has units or channels."),
  "resolve/not-positive-definite": error("A covariance is not symmetric and positive definite."),
  "resolve/lateral-layer": error("A lateral synapse joins states of different layers."),
  "resolve/lateral-shape": error("A lateral synapse joins states of different extents."),
  "resolve/lateral-size": error("The numbers of a lateral synapse do not fit the states it joins."),
  "resolve/lateral-rule": error("A lateral synapse follows an error that its target does not have."),
  "resolve/constraint-misfit": error("A constraint means nothing for this kind of synapse."),
  "resolve/stage-shape": error("A stage of a block does not say how many channels it makes."),
  "resolve/skip-misfit": error("The skip of a block joins shapes that it cannot make equal."),
  "resolve/feedback-misfit": error(
    "Error weights of their own where there can be none, or no error where stages learn from it.",
  ),
  "resolve/shared-weights": error("Weights that are to be shared do not exist, do not fit, or belong to nobody."),
  "resolve/mask-size": error("A mask does not have a number for each weight."),
  "resolve/groups-misfit": error("Groups do not divide the channels of both ends."),

  "load/no-such-file": error("There is no circuit file at this path."),
  "load/unknown-circuit": error("There is no predefined circuit of this name."),
  "load/unknown-experiment": error("There is no predefined experiment of this name."),
  "load/unknown-kind": error("The file is of a kind that circuits are not written in."),
  "load/unreadable": error("A circuit file cannot be read."),
  "load/too-large": error("A circuit file is larger than a circuit may be."),
  "load/no-default-export": error("A TypeScript or JavaScript file has no default export."),
  "load/module-threw": error("A TypeScript or JavaScript file could not be run."),

  "fix/not-json": error("Repairs can be applied to JSON files only."),

  "new/bad-name": error("The name cannot name a circuit."),

  "output/exists": error("The file to be written is there already and was left as it is."),
  "output/unwritable": error("A result cannot be written."),
  "output/unknown-format": error("The name of the file does not say in which format to write it."),

  "explain/no-latex": error("There is no LaTeX of this level."),

  "experiment/one-circuit": error("An experiment has a single circuit."),
  "experiment/unknown-circuit": error("An experiment names a circuit that it does not have."),
  "experiment/unknown-task": error("A metric is of a task that the experiment does not have."),
  "experiment/unknown-metric": error("A metric is not among those listed, or a task does not give it."),
  "experiment/twice": error("A seed, a metric or a budget is listed twice."),
  "experiment/bad-hypothesis": error("A hypothesis would not be tested."),
  "experiment/bad-patch": error("A change to a circuit cannot be made."),
  "experiment/unequal-budgets": error("What is to be held equal cannot be."),
  "experiment/missing-data": error("Data that training or a task needs are not there, or do not fit a circuit."),
  "experiment/exists": error("The folder holds a comparison already."),
  "experiment/not-a-comparison": error("The folder holds other things than a comparison."),
  "experiment/edited-run": error("A run was changed after it was finished."),
  "experiment/worker-lost": error("The process that computed a run is gone."),

  "eval/no-data": error("There are no data to evaluate on."),

  "evaluate/no-image": error("No observed state is fed with images."),
  "evaluate/not-predicted": error("Nothing predicts the state that is scored."),
  "reproduce/unknown-table": error("There is no table of that name."),
  "reproduce/unknown-contender": error("The table has no contender of that name."),
  "reproduce/exists": error("The folder holds a reproduction already."),
  "reproduce/other-settings": error("A part of the reproduction was made with other settings or other data."),
  "sample/no-top": error("Every state is predicted, so there is no top state to draw."),
  "evaluate/no-label": error("There is no label to find, in the circuit or in the data."),
  "evaluate/no-training": error("A linear probe was given nothing to learn from."),
  "evaluate/too-many-latents": error("A linear probe would read more numbers than it can solve for."),

  "cite/unknown-source": error("A source of the circuit is not among the references."),
  "cite/damaged": error("An entry of the references has no end."),

  "engine/unknown": error("There is no engine of that name."),
  "engine/unavailable": error("The engine does not work on this machine."),
  "engine/unsupported": error("An engine met an instruction it cannot express."),
  "engine/unknown-buffer": error("The Program has no buffer of that name."),
  "engine/shape-mismatch": error("An engine was given another number of values than a buffer holds."),
  "engine/missing-input": error("A run reads an input that nobody has given."),
  "engine/compile-failed": error("The C compiler failed on the kernels of a circuit."),
  "engine/out-of-memory": error("A batch takes more memory than an engine can have."),
  "engine/worker-lost": error("A worker thread ended before its work was done."),

  "install/unsupported-platform": error("There is no TensorFlow that Settle could install on this machine."),
  "install/missing-tool": error("A program that the installation needs is not on this machine."),
  "install/download-failed": error("Something that is to be installed could not be fetched."),
  "install/damaged-download": error("What was fetched does not hold what it should."),
  "install/build-failed": error("The addon that joins Node and TensorFlow could not be built."),
  "install/verification-failed": error("The installed TensorFlow does not compute what it should."),

  "conformance/no-fixtures": error("The folder has no fixtures."),
  "conformance/damaged-fixture": error("A fixture is not in the format of fixtures."),

  "data/empty-batch": error("A batch has no samples."),
  "data/empty-source": error("The data hold no samples."),
  "data/missing-field": error("The data have no field of that name."),
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
  "data/partial-set": info("The folder holds a part of the set, or is cut into splits by position."),
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

  "session/no-backpropagation": error("Training by backpropagation is not defined for a circuit."),
  "session/bad-option": error("A setting of a settle, a training or an evaluation is out of range."),
  "session/nothing-settled": error("Stability was asked for before anything had settled."),
  "session/disposed": error("The session was used after it was disposed of."),
  "session/unknown-node": error("The circuit has no state or error node of that name."),

  "checkpoint/unknown-tensor": error("The weights hold a tensor that the circuit does not have."),
  "checkpoint/missing-tensor": error("The weights lack a tensor that the circuit has."),
  "checkpoint/shape-mismatch": error("A tensor of the weights has another shape than in the circuit."),
  "checkpoint/not-finite": error("The weights hold NaN or an infinity."),

  "run/other-circuit": error("The run was made with another circuit."),
  "run/other-settings": error("The run was made with other settings."),
  "run/diverged": error("The settle of a sample diverged."),
  "run/near-unstable": warning("Settling is at, or close to, the rate at which it diverges."),
  "run/not-finite": error("A weight became NaN or infinite."),

  "runs/exists": error("The folder holds a run already."),
  "runs/not-found": error("There is no run folder at this path."),
  "runs/not-a-folder": error("A part of the path is a file, not a folder."),
  "runs/not-a-run": error("The folder is not a run."),
  "runs/other-circuit": error("The run in the folder is of another circuit."),
  "runs/locked": error("Another process is using the run."),
  "runs/newer-format": error("A run or checkpoint was written by a newer Settle."),
  "runs/no-weights": error("The run has no checkpoint yet."),
  "runs/damaged-manifest": error("The `run.json` of a run cannot be read."),
  "runs/damaged-checkpoint": error("A checkpoint of a run is damaged."),
  "runs/damaged-metrics": warning("A line of `metrics.jsonl` cannot be read."),
  "runs/damaged-tensors": error("A file is not whole safetensors."),
  "runs/unsupported-dtype": error("A tensor holds numbers of a type that Settle does not read."),
  "runs/not-finite": error("A checkpoint holds NaN or an infinity."),
  "runs/not-a-checkpoint": error("A file of tensors is not a checkpoint."),
  "runs/disk-full": error("There is no space left for the run."),
  "runs/no-permission": error("This user may not read or write the run."),
  "runs/read-only": error("The run is on a disk that cannot be written."),
  "runs/file-too-large": error("A file is larger than can be read at once."),
  "runs/file-fault": error("The file system failed."),
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof codes;

/** The docs page of a code, from the root of the repository. */
export function docsPage(code: string): string {
  return `docs/diagnostics/${code.replace("/", "-")}.md`;
}
