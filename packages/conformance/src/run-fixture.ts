/** One fixture on one engine. */
import { SettleError, settleError } from "@settle/diagnostics";
import type { BufferId, Program } from "@settle/program";
import type { Engine, Executable, NumberArray } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";

import { compareNumbers } from "./compare-numbers.ts";
import type { Check, FixtureReport } from "./conformance-report.ts";
import { accumulate, apply, initialStates, type Inputs, start, withFixtureExecutable } from "./fixture-executable.ts";
import type { Snapshot, TranslatedFixture, Translation } from "./translate-fixture.ts";

/** What an engine may differ by, relative to the largest entry of each tensor. */
export const tolerances = { float64: 1e-9, float32: 2e-4 } as const;

export interface RunFixtureOptions {
  /** Of each check; default: that of the engine's number type. */
  readonly tolerance?: number;
  readonly signal?: AbortSignal;
}

/**
 * Compiles a fixture's circuit, settles it from the fixture's states, learns from it once, and compares everything the
 * fixture expects. A clamped state is one that no step moves.
 *
 * The change Δ of a parameter is what one plain gradient step of rate 1 without constraint makes of a parameter of 0,
 * so the comparison needs to know nothing of how a Program keeps its sums.
 *
 * @returns a report also where the fixture is damaged, its circuit does not compile or the engine reports a fault; an
 *   abort, and what is no diagnostic, is thrown
 */
export async function runFixture(
  translation: Translation,
  engine: Engine,
  { tolerance, signal }: RunFixtureOptions = {},
): Promise<FixtureReport> {
  const { name } = translation;
  switch (translation.kind) {
    case "unsupported":
      return { name, ok: false, checks: [], skipped: translation.reason };
    case "damaged":
      return { name, ok: false, checks: [], diagnostics: translation.diagnostics };
    case "translated": {
      const checks: Check[] = [];
      const compareOn: CompareOn =
        ({ info }) =>
        (what, got, wanted) =>
          checks.push(compareNumbers(what, got, wanted, tolerance ?? tolerances[info.dtype]));
      try {
        await checkFixture(translation, engine, signal, compareOn);
      } catch (error) {
        if (!(error instanceof SettleError)) throw error;
        return { name, ok: false, checks, diagnostics: [error.diagnostic] };
      }
      return { name, ok: checks.every(({ ok }) => ok), checks };
    }
    default:
      return translation satisfies never;
  }
}

type Compare = (what: string, got: ArrayLike<number> | undefined, wanted: ArrayLike<number>) => void;
type CompareOn = (executable: Executable) => Compare;

async function checkFixture(
  fixture: TranslatedFixture,
  engine: Engine,
  signal: AbortSignal | undefined,
  compareOn: CompareOn,
): Promise<void> {
  const settled = await withFixtureExecutable(fixture.spec, fixture, engine, async (executable) => {
    const compare = compareOn(executable);
    const states = await checkSettling(executable, fixture, signal, compare);
    await accumulate(executable, fixture.batch);
    await apply(executable, fixture.batch, fixture.spec.learn?.rate ?? 0);
    for (const [id, { values }] of Object.entries(fixture.expected.updated)) {
      compare(`after one update ${id}`, await executable.read(id as BufferId), values);
    }
    return states;
  });
  await withFixtureExecutable(withPlainLearning(fixture), fixture, engine, async (executable) => {
    await start(executable, fixture);
    await executable.run({ batch: fixture.batch, schedule: [{ phase: "readout" }], inputs: settled });
    await accumulate(executable, fixture.batch);
    for (const [id, { values }] of Object.entries(fixture.parameters)) {
      await executable.write(id as BufferId, new Float64Array(values.length));
    }
    await apply(executable, fixture.batch, 1);
    const compare = compareOn(executable);
    for (const [id, { values }] of Object.entries(fixture.expected.deltas)) {
      compare(`delta ${id}`, await executable.read(id as BufferId), values);
    }
  });
}

/** @returns the states at the end, by buffer */
async function checkSettling(
  executable: Executable,
  fixture: TranslatedFixture,
  signal: AbortSignal | undefined,
  compare: Compare,
): Promise<Inputs> {
  const { program } = executable;
  const states = program.states.map(({ buffer }) => buffer);
  const readouts = program.errors.flatMap(({ prediction, error, discrepancy }) => [prediction, error, discrepancy]);
  await start(executable, fixture);
  let inputs = initialStates(program, fixture);
  let done = 0;
  let results: Inputs = new Map();
  for (const snapshot of fixture.expected.snapshots) {
    results = await executable.run({
      batch: fixture.batch,
      schedule: [{ phase: "step", times: snapshot.steps - done }, { phase: "readout" }],
      inputs,
      outputs: [...states, ...readouts],
      ...(signal === undefined ? {} : { signal }),
    });
    compareSnapshot(program, snapshot, results, compare);
    inputs = new Map();
    done = snapshot.steps;
  }
  for (const [id, wanted] of Object.entries(fixture.expected.discrepancy)) {
    compare(`discrepancy ${id}`, [mean(results.get(errorNode(program, id).discrepancy))], [wanted]);
  }
  return new Map([...results].filter(([buffer]) => states.includes(buffer)));
}

function compareSnapshot(program: Program, snapshot: Snapshot, results: Inputs, compare: Compare): void {
  const when = `after ${snapshot.steps}`;
  for (const [id, { values }] of Object.entries(snapshot.states)) {
    const state = program.states.find((each) => each.id === id);
    if (state === undefined) throw unknownPart("state", id);
    compare(`state ${id} ${when}`, results.get(state.buffer), values);
  }
  for (const [id, { values }] of Object.entries(snapshot.predictions)) {
    compare(`prediction ${id} ${when}`, results.get(errorNode(program, id).prediction), values);
  }
  for (const [id, { values }] of Object.entries(snapshot.errors)) {
    compare(`error ${id} ${when}`, results.get(errorNode(program, id).error), values);
  }
}

function errorNode(program: Program, id: string): Program["errors"][number] {
  const node = program.errors.find((each) => each.id === id);
  if (node === undefined) throw unknownPart("error node", id);
  return node;
}

function unknownPart(what: string, id: string): SettleError {
  return settleError(
    "conformance/damaged-fixture",
    `The fixture expects values of a ${what} "${id}" it does not have.`,
  );
}

/** The same circuit, moving exactly along Δ. */
function withPlainLearning({ spec, batch }: TranslatedFixture): CircuitSpec {
  const constraint = { kind: "none" } as const;
  const synapses = Object.entries(spec.synapses).map(([id, synapse]) => [id, { ...synapse, learn: { constraint } }]);
  return { ...spec, synapses: Object.fromEntries(synapses), learn: { rule: "sgd", rate: 1, constraint, batch } };
}

function mean(values: NumberArray | undefined): number {
  if (values === undefined) return Number.NaN;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
