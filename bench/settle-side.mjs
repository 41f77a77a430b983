// Settles conv-ngc on one engine, with images that look like noise and fresh weights.
import { performance } from "node:perf_hooks";
import process from "node:process";
import { chooseEngine, createSession, loadCircuit } from "@settle/settle";
import { answer } from "./side.mjs";

const [name = "auto"] = process.argv.slice(2);

// Made by the first request: loading is timed there.
let session;

answer(async ({ batch }) => {
  const from = performance.now();
  session ??= await createSession(await loadCircuit("conv-ngc"), { engine: await chooseEngine(name), seed: 1 });
  const load = performance.now() - from;
  const image = Float32Array.from({ length: batch * 32 * 32 * 3 }, (_, k) => (Math.sin(12.9898 * k) + 1) / 2);
  const start = performance.now();
  const { discrepancy } = await session.settle({ count: batch, fields: { image } });
  return {
    milliseconds: performance.now() - start,
    load,
    steps: session.program.settle.steps,
    discrepancy: discrepancy.total,
    device: session.engine.device,
    // Kilobytes, of the whole process, at its largest.
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
});
