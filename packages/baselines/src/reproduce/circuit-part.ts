/** Trains a circuit into a run folder, then asks it what the table asks. */
import {
  type CircuitInput,
  compile,
  createSession,
  evaluate,
  loadCircuit,
  readSchedule,
  type Session,
  type SessionSettings,
  startRun,
  train,
} from "@settle/settle";
import { densityScore } from "./density-score.ts";
import type { OpenSection } from "./open-section.ts";
import type { PartPlan, PartResult, ScoredTest } from "./part.ts";
import type { Recipe } from "./recipe.ts";
import type { ReproduceOptions } from "./reproduce.ts";

export async function circuitPart(
  plan: PartPlan & { readonly contender: { readonly kind: "circuit" } },
  dir: string,
  section: OpenSection,
  { engine, threads, command, resume, onProgress, signal }: ReproduceOptions,
): Promise<PartResult> {
  const { contender, recipe, seed } = plan;
  const began = performance.now();
  const circuit = await loadCircuit(contender.circuit);
  const settings = { ...(engine !== undefined && { engine }), ...(threads !== undefined && { threads }) };
  const session = await createSession(circuit, { seed, ...settings });
  try {
    const source = section.training;
    const run = await startRun(dir, {
      circuit,
      session,
      data: { training: source },
      settings: { data: section.reference, ...recipe, ...(recipe.samples > 0 && { limit: recipe.samples }) },
      command,
      resume: resume === true,
      overwrite: resume !== true,
    });
    let failed: string | undefined;
    try {
      const steps = Math.ceil(source.size / recipe.batch);
      const result = await train(session, {
        source,
        epochs: recipe.epochs,
        batch: recipe.batch,
        rate: recipe.rate,
        ...(recipe.ownSchedule !== true && { schedule: scheduleOf(recipe) }),
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
      tests: failed === undefined ? await score(session, circuit, section, { recipe, settings, signal }) : [],
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
  circuit: CircuitInput,
  { training, tests: asked }: OpenSection,
  options: {
    readonly recipe: Recipe;
    readonly settings: SessionSettings;
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly ScoredTest[]> {
  const { recipe, settings, signal } = options;
  const { tested } = recipe;
  const tests: ScoredTest[] = [];
  for (const { key, tasks, source } of asked) {
    for (const task of tasks) {
      if (task === "density") {
        const found = await densityScore(session, circuit, { training, source, recipe, settings, signal });
        tests.push({ key, task, reading: "", ...found });
        continue;
      }
      const { metrics, variants, images } = await evaluate(session, {
        source,
        task,
        batch: 100,
        ...(tested > 0 && { limit: tested }),
        ...(signal && { signal }),
      });
      const one = { key, task, images };
      tests.push({ ...one, reading: task === "denoise" ? "released" : "", scores: metrics });
      for (const reading of ["clamped", "relaxed"] as const) {
        const scores = variants[reading];
        if (scores) tests.push({ ...one, reading, scores });
      }
    }
  }
  return tests;
}

/** Constant, then along half a cosine to nothing. */
function scheduleOf({ tail }: Recipe): ReturnType<typeof readSchedule> {
  if (tail === 0) return readSchedule("constant");
  return readSchedule(tail < 1 ? `cosine:from=${1 - tail}` : "cosine");
}
