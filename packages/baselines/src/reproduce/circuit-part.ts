/** Trains a circuit into a run folder, then asks it what the table asks. */
import { compile, createSession, evaluate, loadCircuit, type Session, startRun, train } from "@settle/settle";
import type { OpenTable } from "./open-table.ts";
import type { PartPlan, PartResult, ScoredTest } from "./part.ts";
import { rateOf, type Recipe } from "./recipe.ts";
import type { ReproduceOptions } from "./reproduce.ts";

export async function circuitPart(
  plan: PartPlan & { readonly contender: { readonly kind: "circuit" } },
  dir: string,
  table: OpenTable,
  { engine, threads, command, resume, onProgress, signal }: ReproduceOptions,
): Promise<PartResult> {
  const { contender, recipe, seed } = plan;
  const began = performance.now();
  const circuit = await loadCircuit(contender.circuit);
  const session = await createSession(circuit, {
    seed,
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads }),
  });
  try {
    const source = table.training;
    const run = await startRun(dir, {
      circuit,
      session,
      data: { training: source },
      settings: { data: table.reference, ...recipe, ...(recipe.samples > 0 && { limit: recipe.samples }) },
      command,
      resume: resume === true,
      overwrite: resume !== true,
    });
    let failed: string | undefined;
    try {
      const steps = Math.ceil(source.size / recipe.batch);
      const result = await train(withRates(session, recipe, steps), {
        source,
        epochs: recipe.epochs,
        batch: recipe.batch,
        store: run,
        resume: resume === true,
        ...(signal && { signal }),
        onEvent(event) {
          if (event.kind !== "step") return;
          const done = ((event.epoch - 1) * steps + event.step) / (recipe.epochs * steps);
          onProgress?.(
            done,
            `epoch ${event.epoch} of ${recipe.epochs}, discrepancy ${event.discrepancy.total.toFixed(2)}`,
          );
        },
      });
      signal?.throwIfAborted();
      if (result.kind === "diverged") failed = result.diagnostic.message;
      await run.finish(result.kind === "done" ? "finished" : "failed");
    } catch (fault) {
      await run.finish(signal?.aborted === true ? "interrupted" : "failed");
      throw fault;
    } finally {
      await run.close();
    }
    const compiled = compile(circuit.spec);
    const { name, device } = session.engine;
    return {
      plan,
      parameters: compiled.ok ? compiled.analysis.parameters.total : Number.NaN,
      tests: failed === undefined ? await score(session, table, recipe, signal) : [],
      ...(failed !== undefined && { failed }),
      seconds: (performance.now() - began) / 1000,
      engine: { name, device },
    };
  } finally {
    await session.dispose();
  }
}

async function score(
  session: Session,
  table: OpenTable,
  { tested }: Recipe,
  signal: AbortSignal | undefined,
): Promise<readonly ScoredTest[]> {
  const tests: ScoredTest[] = [];
  for (const { key, tasks, source } of table.tests) {
    for (const task of tasks) {
      const { metrics, variants, images } = await evaluate(session, {
        source,
        task,
        batch: 100,
        ...(tested > 0 && { limit: tested }),
        ...(signal && { signal }),
      });
      const one = { key, task, images };
      tests.push({ ...one, reading: task === "denoise" ? "released" : "", scores: metrics });
      if (variants["clamped"]) tests.push({ ...one, reading: "clamped", scores: variants["clamped"] });
    }
  }
  return tests;
}

/** The session, learning at the rate of each epoch. */
function withRates(session: Session, recipe: Recipe, steps: number): Session {
  const learn: Session["learn"] = (batch, options = {}) =>
    session.learn(batch, { ...options, rate: rateOf(recipe, Math.floor(session.updates / steps) + 1) });
  return Object.create(session, { learn: { value: learn } }) as Session;
}
