import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SettleError, type Diagnostic } from "@settle/diagnostics";
import type { RunStart } from "@settle/runs";
import { onTestFinished } from "vitest";

/** An empty folder that goes away after the test. */
export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "settle-runs-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export const exampleStart: RunStart = {
  circuit: { name: "tiny", hash: "a".repeat(64), file: "tiny.json", source: '{ "version": 1, "name": "tiny" } // <b>' },
  settings: { epochs: 2, engine: { threads: null } },
  seeds: { training: 1 },
  engine: { name: "reference", device: "CPU", dtype: "float64", deterministic: true },
  versions: { node: "v20.19.0", settle: "0.1.0" },
  data: { training: { name: "digits", hash: "d".repeat(64), samples: 12 } },
  command: ["settle", "train", "tiny.json", "--run", "my run"],
};

/** What a promise is rejected with, as a diagnostic. */
export async function diagnosticOf(promise: Promise<unknown>): Promise<Diagnostic> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof SettleError) return error.diagnostic;
    throw error;
  }
  throw new Error("it was not rejected");
}
