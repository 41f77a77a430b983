/** Runs in a page: a circuit on the wasm engine and on the reference engine; tells the server how far apart they are. */
import { referenceEngine } from "@settle/engine-reference";
import { wasmEngine } from "@settle/engine-wasm";
import type { Program } from "@settle/program";

import { runOnBoth } from "../run-on-both.ts";

async function compare(): Promise<unknown> {
  const program = (await (await fetch("/program.json")).json()) as Program;
  const difference = await runOnBoth(program, referenceEngine, wasmEngine, 9);
  return { difference, status: await wasmEngine.probe() };
}

const report = await compare().catch((error: unknown) => ({ error: String(error) }));
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
