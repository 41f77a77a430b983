/**
 * `pnpm bench kernels [CIRCUIT]`: where a step of the wasm engine spends its time, in processor time of this thread.
 *
 *     --lanes N   samples in a lane group, 1 for samples by themselves (default: as the engine chooses)
 *     --plain     without relaxed SIMD                                  --json   one document
 */
import { parseArgs } from "node:util";
import { profileKernels } from "@settle/engine-wasm";
import { compile, loadCircuit } from "@settle/settle";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lanes: { type: "string" },
    plain: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const { spec } = await loadCircuit(positionals[0] ?? "conv-ngc");
const compiled = compile(spec);
if (!compiled.ok) throw new Error(`${spec.name} does not compile`);
const profile = await profileKernels(compiled.program, {
  clock: () => process.cpuUsage().user / 1e6,
  ...(values.lanes !== undefined && { lanes: Number(values.lanes) }),
  ...(values.plain && { relaxed: false }),
});
if (values.json) process.stdout.write(`${JSON.stringify(profile, undefined, 2)}\n`);
else {
  const { lanes, relaxed, peak, step, kernels, milliseconds } = profile;
  const all = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(
    `${spec.name}, ${lanes === 1 ? "single samples" : `${lanes} lanes`}, ${relaxed ? "relaxed" : "plain"} SIMD; peak ${(peak / 1e9).toFixed(1)} GFLOP/s`,
  );
  for (const { label, seconds, operations } of kernels) {
    const rate = operations === undefined ? "" : `${(operations / seconds / 1e9).toFixed(1)} GFLOP/s`;
    const share = `${((100 * seconds) / all).toFixed(1)} %`;
    if (seconds > 0.005 * all) say(`  ${label.padEnd(24)} ${share.padStart(7)}  ${rate}`);
  }
  const { steps } = compiled.program.settle;
  say(
    `a step ${(1e6 * step).toFixed(0)} µs: ${(lanes / step / steps).toFixed(0)} samples/s of T = ${steps}, steps alone`,
  );
  const { plan, text, assembly } = milliseconds;
  say(`plan ${plan.toFixed(0)} ms, text ${text.toFixed(0)} ms, assembly ${assembly.toFixed(0)} ms`);
}
