// How long an engine takes from a circuit to a first result, in this process, which has done nothing before; prints
// milliseconds as one line of JSON. `load` is the engine's own part of it, `first` all of it: compiling the circuit, drawing
// weights, and what a first settle of one step takes longer than a second.
//     node first-result.mjs native
import { performance } from "node:perf_hooks";
import process from "node:process";
import { chooseEngine, createSession, loadCircuit } from "@settle/settle";

const engine = await chooseEngine(process.argv[2] ?? "native");
const circuit = await loadCircuit("conv-ngc");
let load = 0;
/** @type {import("@settle/settle").Engine} */
const timed = {
  ...engine,
  async load(...request) {
    const from = performance.now();
    const executable = await engine.load(...request);
    load += performance.now() - from;
    return executable;
  },
};
const batch = { count: 16, fields: { image: new Float32Array(16 * 3072).fill(0.5) } };
const from = performance.now();
const session = await createSession(circuit, { engine: timed, threads: 1 });
await session.settle(batch, { steps: 1 });
const once = performance.now();
await session.settle(batch, { steps: 1 });
process.stdout.write(`${JSON.stringify({ load, first: once - from - (performance.now() - once) })}\n`);
await session.dispose();
