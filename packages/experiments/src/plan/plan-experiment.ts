/** From an experiment file to what will be run, or to everything that keeps it from being run. */
import { type Diagnostic, formatPointer, SettleError } from "@settle/diagnostics";
import { checkSource } from "@settle/runtime";
import { chooseEngine, compile, openDataset, programsOf, settleVersion } from "@settle/settle";
import { ExperimentError } from "../experiment-error.ts";
import type { TaskSpec } from "../experiment-spec.ts";
import type { LoadedExperiment } from "../load-experiment.ts";
import { makeVariants } from "../variants/make-variants.ts";
import type { VariantCircuit } from "../variants/variant-circuit.ts";
import { contentHash } from "./content-hash.ts";
import type {
  DataReference,
  ExperimentPlan,
  PlannedCircuit,
  PlannedRun,
  PlannedTask,
  RunIdentity,
} from "./experiment-plan.ts";
import { planAutoencoders } from "./plan-autoencoders.ts";
import { type AdjustedCircuit, holdEqual, type StepSeconds } from "./hold-equal.ts";

export interface PlanOptions {
  /** `auto` (the default) or a name of `settle engines`. */
  readonly engine?: string;
  /** Measured, for `wallTime`. */
  readonly stepSeconds?: StepSeconds;
}

/**
 * Makes the circuits, holds their budgets equal and looks at all data.
 *
 * @throws {ExperimentError} with every fault: of variants, of budgets, of data
 * @throws {SettleError} `engine/unknown`, `engine/unavailable`
 */
export async function planExperiment(experiment: LoadedExperiment, options: PlanOptions = {}): Promise<ExperimentPlan> {
  const { spec, source } = experiment;
  const engine = await chooseEngine(options.engine);
  const { variants, faults: found } = await makeVariants(experiment);
  const faults = [...found];
  const data = await openAll(experiment, variants, faults);
  const autoencoders =
    data === undefined || faults.length > 0 ? [] : await planAutoencoders(experiment, data.training, faults);
  if (faults.length > 0 || data === undefined) throw new ExperimentError(faults, source);
  const held = holdEqual(variants, experiment, options.stepSeconds);
  if (held.diagnostics.length > 0) throw new ExperimentError(held.diagnostics, source);
  const circuits = held.circuits.map((circuit) => withTraining(circuit, experiment));
  const seeds = typeof spec.seeds === "number" ? Array.from({ length: spec.seeds }, (_, i) => i + 1) : spec.seeds;
  const training = { epochs: spec.training.epochs, data: data.training };
  return {
    name: spec.name,
    engine: engine.name,
    circuits,
    autoencoders,
    contenders: [...circuits, ...autoencoders].map(({ id, title }) => ({ id, title })),
    training,
    tasks: data.tasks,
    seeds,
    budgets: held.budgets,
    published: spec.published ?? [],
    runs: seeds.flatMap((seed) => {
      const same = { data: training.data.hash, epochs: training.epochs, seed, settle: settleVersion };
      return [
        ...circuits.map(({ id, analysis, batch, rate, backpropagation }) =>
          plannedRun(id, {
            circuit: analysis.hash,
            steps: analysis.steps,
            batch,
            rate,
            engine: engine.name,
            ...same,
            ...(backpropagation && { by: "backpropagation" }),
          }),
        ),
        ...autoencoders.map(({ id, hash, batch, rate, engine: backend }) =>
          plannedRun(id, { circuit: hash, steps: 0, batch, rate, engine: backend, ...same }),
        ),
      ];
    }),
  };
}

function plannedRun(id: string, identity: RunIdentity): PlannedRun {
  return { key: contentHash(identity).slice(0, 16), circuit: id, seed: identity.seed, identity };
}

function withTraining(circuit: AdjustedCircuit, { spec }: LoadedExperiment): PlannedCircuit {
  const compiled = compile(circuit.spec);
  if (!compiled.ok) throw new Error("a circuit that was checked does not compile");
  const { batch, rate } = compiled.program.learn;
  const backpropagation = spec.circuits[circuit.id]?.train?.by === "backpropagation";
  return { ...circuit, batch: spec.training.batch ?? batch, rate: spec.training.rate ?? rate, backpropagation };
}

interface OpenedData {
  readonly training: DataReference;
  readonly tasks: readonly PlannedTask[];
}

/** Opens all data once, so that what is missing is told before anything is trained. */
async function openAll(
  experiment: LoadedExperiment,
  variants: readonly VariantCircuit[],
  faults: Diagnostic[],
): Promise<OpenedData | undefined> {
  const { data, tasks } = experiment.spec;
  const programs = variants.map(({ id, spec }) => ({ id, program: programsOf(spec)() }));
  const unfit = new Set<string>();
  const look = async (
    wanted: Pick<DataReference, "reference" | "split" | "limit">,
    who: string,
    path: readonly (string | number)[],
  ): Promise<DataReference | undefined> => {
    const tell = (fault: unknown, whose: string): void => {
      if (!(fault instanceof SettleError)) throw fault;
      const { message, help } = fault.diagnostic;
      faults.push({
        code: "experiment/missing-data",
        severity: "error",
        message: `${whose}: ${message}`,
        help: help ?? "look at the name of the data; `settle data` lists what there is.",
        ...experiment.source.place(formatPointer(path), "value"),
      });
    };
    const { reference, split, limit } = wanted;
    try {
      const opened = await openDataset(reference, { split, ...(limit !== undefined && { limit }) });
      try {
        for (const { id, program } of programs) {
          // A task on the training's data has the same fault; once is enough.
          if (unfit.has(`${reference} ${id}`)) continue;
          try {
            checkSource(program, opened);
          } catch (fault) {
            unfit.add(`${reference} ${id}`);
            tell(fault, `${who} has data that do not fit the circuit "${id}"`);
          }
        }
        return { ...wanted, name: opened.name, hash: opened.hash, samples: opened.size };
      } finally {
        await opened.close();
      }
    } catch (fault) {
      tell(fault, `${who} has no data`);
      return undefined;
    }
  };
  const { train: reference, split = "train", limit } = data;
  const training = await look({ reference, split, ...(limit !== undefined && { limit }) }, "The training", [
    "data",
    "train",
  ]);
  const planned: PlannedTask[] = [];
  for (const [id, task] of Object.entries(tasks)) {
    const found = await look(taskData(task, reference), `Task "${id}"`, ["tasks", id, "data"]);
    const learned =
      task.task === "probe"
        ? await look({ reference, split, limit: task.training ?? probeSamples }, `Task "${id}"`, ["tasks", id])
        : undefined;
    if (found !== undefined) planned.push(plannedTask(id, task, found, learned));
  }
  return training === undefined ? undefined : { training, tasks: planned };
}

/** Whole groups of the engines' vector lanes. */
const usualBatch = 96;
/** What a probe learns from, as in `settle eval`. */
const probeSamples = 5000;

function taskData(
  { data, split = "test", limit }: TaskSpec,
  training: string,
): Pick<DataReference, "reference" | "split" | "limit"> {
  return { reference: data ?? training, split, ...(limit !== undefined && { limit }) };
}

function plannedTask(id: string, spec: TaskSpec, data: DataReference, training?: DataReference): PlannedTask {
  const { task, batch = usualBatch, data: _data, split: _split, limit: _limit, training: _training, ...options } = spec;
  return { id, task, data, batch, ...(training && { training }), options };
}
