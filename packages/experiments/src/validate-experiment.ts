/** Checks that a value is an experiment, and that its parts name each other rightly. */
import { closest, type Diagnostic } from "@settle/diagnostics";
import { type DocumentKind, type Fault, memorySource, type SourceText, validateDocument } from "@settle/spec";
import type { ExperimentSpec } from "./experiment-spec.ts";
import { experimentSchema, experimentVersion } from "./schema/experiment-schema.ts";

export interface ExperimentResult {
  /** Absent when a diagnostic is an error. */
  readonly spec?: ExperimentSpec;
  /** Every fault, in file order. */
  readonly diagnostics: readonly Diagnostic[];
}

export const experimentDocument: DocumentKind = {
  noun: "experiment",
  article: "an experiment",
  sections: { circuits: "Circuit", autoencoders: "Autoencoder", tasks: "Task", hypotheses: "Hypothesis" },
  version: experimentVersion,
  beginning: '{ "version": 1, "name": …, "circuits": … }',
};

/**
 * @param value   anything; a field that is `undefined` counts as left out
 * @param source  gives faults their line and column; without text they have a JSON pointer
 */
export function validateExperiment(value: unknown, source: SourceText = memorySource()): ExperimentResult {
  const { document, diagnostics } = validateDocument(value, source, {
    kind: experimentDocument,
    schema: experimentSchema,
    checkMeaning,
  });
  return { ...(document !== undefined && { spec: document as ExperimentSpec }), diagnostics };
}

type Fields = Readonly<Record<string, unknown>>;

/** `document` need not fit the schema: what can be judged is, so that all faults are told at once. */
function checkMeaning(document: unknown): readonly Fault[] {
  const { circuits, autoencoders, tasks, baseline, metrics, published, hypotheses, seeds, equal } = fieldsOf(document);
  const autoencoderIds = Object.keys(fieldsOf(autoencoders));
  const circuitIds = [...new Set([...Object.keys(fieldsOf(circuits)), ...autoencoderIds])];
  const taskIds = Object.keys(fieldsOf(tasks));
  const faults: Fault[] = [];
  const checkCircuit = (name: unknown, path: Fault["path"]): void => {
    if (typeof name !== "string" || circuitIds.includes(name)) return;
    faults.push(unknownName("experiment/unknown-circuit", "circuit", name, circuitIds, path));
  };
  const listed = listOf(metrics);
  if (circuitIds.length === 1) {
    faults.push({
      code: "experiment/one-circuit",
      path: ["circuits"],
      message: "The experiment has one circuit: there is nothing to compare it with.",
      help: "add another; a variant may be the same file with a `patch`.",
    });
  }
  const checkMetric = (name: unknown, path: Fault["path"]): void => {
    if (typeof name !== "string" || listed.length === 0 || listed.includes(name)) return;
    const known = listed.filter((each) => typeof each === "string");
    faults.push(unknownName("experiment/unknown-metric", "metric", name, known, path));
  };
  checkCircuit(baseline, ["baseline"]);
  for (const [i, entry] of listOf(published).entries()) {
    const { circuit, metric } = fieldsOf(entry);
    checkCircuit(circuit, ["published", i, "circuit"]);
    checkMetric(metric, ["published", i, "metric"]);
  }
  for (const [i, name] of listed.entries()) {
    if (typeof name !== "string") continue;
    const task = name.split(".")[0] ?? "";
    if (!taskIds.includes(task)) {
      faults.push(unknownName("experiment/unknown-task", "task", task, taskIds, ["metrics", i]));
    } else if (listed.indexOf(name) !== i) faults.push(twice(name, ["metrics", i]));
  }
  for (const [i, entry] of listOf(hypotheses).entries()) {
    const { metric, better, than } = fieldsOf(entry);
    checkCircuit(better, ["hypotheses", i, "better"]);
    checkCircuit(than, ["hypotheses", i, "than"]);
    checkMetric(metric, ["hypotheses", i, "metric"]);
    faults.push(...checkTested(better, than, baseline, i));
  }
  for (const [field, list] of [
    ["seeds", listOf(seeds)],
    ["equal", listOf(equal)],
  ] as const) {
    for (const [i, entry] of list.entries()) {
      if (list.indexOf(entry) !== i) faults.push(twice(String(entry), [field, i]));
    }
  }
  for (const name of autoencoderIds) {
    if (Object.hasOwn(fieldsOf(circuits), name)) faults.push(twice(`"${name}"`, ["autoencoders", name]));
  }
  for (const [variant, fields] of Object.entries(fieldsOf(circuits))) {
    for (const [i, operation] of listOf(fieldsOf(fields)["patch"]).entries()) {
      faults.push(...checkOperation(fieldsOf(operation), ["circuits", variant, "patch", i]));
    }
  }
  return faults;
}

/** With a baseline only comparisons with it are made. */
function checkTested(better: unknown, than: unknown, baseline: unknown, i: number): readonly Fault[] {
  if (better === than && typeof better === "string") {
    return [
      {
        code: "experiment/bad-hypothesis",
        path: ["hypotheses", i, "than"],
        message: `The hypothesis compares "${better}" with itself.`,
        help: "name two circuits.",
      },
    ];
  }
  if (typeof baseline !== "string" || better === baseline || than === baseline) return [];
  return [
    {
      code: "experiment/bad-hypothesis",
      path: ["hypotheses", i],
      message: `The hypothesis compares two circuits of which neither is the baseline "${baseline}", so it would not be tested.`,
      help: "leave out `baseline`: then each pair is compared.",
    },
  ];
}

function checkOperation({ op, from, value }: Fields, path: Fault["path"]): readonly Fault[] {
  const missing =
    ["add", "replace", "test"].includes(String(op)) && value === undefined
      ? "value"
      : ["move", "copy"].includes(String(op)) && from === undefined
        ? "from"
        : undefined;
  if (missing === undefined) return [];
  return [
    {
      code: "schema/missing-field",
      path,
      message: `The operation "${String(op)}" has no "${missing}".`,
      help: `add "${missing}".`,
    },
  ];
}

function unknownName(code: string, what: string, name: string, known: readonly string[], path: Fault["path"]): Fault {
  const near = closest(name, known);
  return {
    code,
    path,
    message: `The experiment has no ${what} "${name}".`,
    ...(near === undefined
      ? { help: known.length === 0 ? `add one.` : `there are ${known.join(", ")}.` }
      : { note: `did you mean "${near}"?`, help: `write "${near}" where it says "${name}".` }),
  };
}

function twice(name: string, path: Fault["path"]): Fault {
  return { code: "experiment/twice", path, message: `${name} is there twice.`, help: "remove one of them." };
}

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
