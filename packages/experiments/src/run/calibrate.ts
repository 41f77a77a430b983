/** How long things take here: a few images learned from and settled, on a session that is thrown away. */
import { evaluate, train } from "@settle/settle";
import type { OpenData } from "./open-data.ts";
import { openModel } from "./open-model.ts";
import type { Calibration, RunJob } from "./run-job.ts";
import { metricsOf } from "./run-scores.ts";

/** Images of the first look: engines build their kernels in it. */
const firstImages = 16;
/** Images of the second, which counts: full vector lanes, and still short. */
const secondImages = 96;
/** Seconds after which the first look is enough. */
const enough = 1.5;

/** @throws {SettleError} what a task cannot do with the circuit or the data: `evaluate/…`, `data/…` */
export async function calibrate(job: RunJob, data: OpenData): Promise<Calibration> {
  const { run, training, tasks } = job;
  const { batch, rate } = run.identity;
  const session = await openModel(job);
  try {
    const source = await data.get(training.data);
    const learn = async (images: number): Promise<number> => {
      const limit = Math.min(images, source.size);
      const began = performance.now();
      await train(session, { source, epochs: 1, batch: Math.min(batch, limit), limit, rate, stabilityEvery: 0 });
      return (performance.now() - began) / 1000 / limit;
    };
    const secondsFor = { training: await measured(learn), tasks: {} as Record<string, number> };
    const metrics: Record<string, readonly string[]> = {};
    for (const task of tasks) {
      const test = await data.get(task.data);
      secondsFor.tasks[task.id] = await measured(async (images) => {
        const limit = Math.min(images, test.size);
        const began = performance.now();
        const evaluation = await evaluate(session, {
          ...task.options,
          task: task.task,
          ...(task.training && { training: await data.get(task.training) }),
          source: test,
          batch: Math.min(task.batch, limit),
          limit,
        });
        metrics[task.id] = Object.keys(metricsOf(evaluation));
        return (performance.now() - began) / 1000 / limit;
      });
    }
    return { ...secondsFor, metrics };
  } finally {
    await session.dispose();
  }
}

/** Seconds an image takes: of the second look, where the first was quick. */
async function measured(look: (images: number) => Promise<number>): Promise<number> {
  const began = performance.now();
  const first = await look(firstImages);
  if ((performance.now() - began) / 1000 <= enough) return look(secondImages);
  // The first one may have waited for kernels to be built.
  const again = await look(firstImages);
  return (performance.now() - began) / 1000 > 10 * enough ? Math.min(first, again) : look(secondImages);
}
