/** The folder of a comparison: one command at a time works in it, and what is in it is known to be one. */
import { settleError } from "@settle/diagnostics";
import { fileFault, lockRun, type RunLock, writeWhole } from "@settle/runs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedExperiment } from "../load-experiment.ts";

/** Says that a folder holds a comparison, and of what. */
const experimentName = "experiment.json";

export function runFolder(dir: string, key: string): string {
  return join(dir, "runs", key);
}

/**
 * Makes or takes the folder, and locks it.
 *
 * @throws {SettleError} `experiment/exists` without `resume`, `experiment/not-a-comparison`, `runs/locked`, `runs/…`
 */
export async function claimFolder(dir: string, experiment: LoadedExperiment, resume: boolean): Promise<RunLock> {
  await mkdir(dir, { recursive: true }).catch((fault: unknown) => {
    throw fileFault(fault, dir, "make the folder of the comparison");
  });
  const lock = await lockRun(dir);
  try {
    const entries = (await readdir(dir)).filter((name) => !name.startsWith("run.lock"));
    if (entries.length > 0 && !entries.includes(experimentName)) {
      throw settleError("experiment/not-a-comparison", `"${dir}" holds other things than a comparison.`, {
        file: dir,
        help: "give an empty or a new folder with --run.",
      });
    }
    if (entries.includes(experimentName) && !resume) {
      throw settleError("experiment/exists", `There is a comparison in "${dir}" already.`, {
        file: dir,
        help: "go on with it, its finished runs kept, with --resume; or give another folder with --run.",
      });
    }
    const text = { format: "settle-comparison", version: 1, file: experiment.file, experiment: experiment.spec };
    await writeWhole(join(dir, experimentName), `${JSON.stringify(text, undefined, 2)}\n`, "write the experiment");
    return lock;
  } catch (fault) {
    await lock.release();
    throw fault;
  }
}
