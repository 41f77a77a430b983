/**
 * `pnpm bench kernels [CIRCUIT]`: where a step spends its time, on one thread.
 *
 *     --engine wasm|native   whose kernels (default wasm)
 *     --lanes N    wasm: samples in a lane group, 1 for samples by themselves (default: as the engine chooses)
 *     --single     native: samples by themselves
 *     --plain      wasm: without relaxed SIMD                                  --json   one document
 */
import { parseArgs } from "node:util";
import * as native from "@settle/engine-native";
import * as wasm from "@settle/engine-wasm";
import { compile, loadCircuit } from "@settle/settle";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "wasm" },
    lanes: { type: "string" },
    single: { type: "boolean", default: false },
    plain: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const { spec } = await loadCircuit(positionals[0] ?? "conv-ngc");
const compiled = compile(spec);
if (!compiled.ok) throw new Error(`${spec.name} does not compile`);
const { program } = compiled;
if (values.engine !== "wasm" && values.engine !== "native") throw new Error(`--engine is wasm or native`);
const profile =
  values.engine === "native"
    ? await native.profileKernels(program, { single: values.single })
    : await wasm.profileKernels(program, {
        clock: () => process.cpuUsage().user / 1e6,
        ...(values.lanes !== undefined && { lanes: Number(values.lanes) }),
        ...(values.plain && { relaxed: false }),
      });
if (values.json) process.stdout.write(`${JSON.stringify(profile, undefined, 2)}\n`);
else print();

function print(): void {
  const { lanes, peak, step, kernels } = profile;
  const all = kernels.reduce((sum, { seconds }) => sum + seconds, 0);
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const made =
    "compiler" in profile
      ? `vectors of ${profile.width}, ${profile.compiler}`
      : `${profile.relaxed ? "relaxed" : "plain"} SIMD`;
  const speed = (operations: number, seconds: number): string =>
    `${(operations / seconds / 1e9).toFixed(1).padStart(6)} GFLOP/s ${((100 * operations) / seconds / peak).toFixed(0).padStart(3)} % of the peak`;
  say(
    `${spec.name}, ${lanes === 1 ? "single samples" : `${lanes} lanes`}, ${made}; peak ${(peak / 1e9).toFixed(1)} GFLOP/s`,
  );
  for (const { label, seconds, operations } of kernels) {
    if (seconds <= 0.005 * all) continue;
    const share = `${((100 * seconds) / all).toFixed(1)} %`;
    const time = `${(1e6 * seconds).toFixed(1)} µs`;
    const rate = operations === undefined ? "" : speed(operations, seconds);
    say(`  ${label.padEnd(24)} ${time.padStart(9)} ${share.padStart(7)}  ${rate}`.trimEnd());
  }
  const { steps } = program.settle;
  const operations = kernels.reduce((sum, kernel) => sum + (kernel.operations ?? 0), 0);
  say(
    `a step ${(1e6 * step).toFixed(0)} µs, ${speed(operations, step).trim()}: ${(lanes / step / steps).toFixed(0)} samples/s of T = ${steps}, steps alone`,
  );
  if (!("milliseconds" in profile)) return;
  const { plan, text, assembly } = profile.milliseconds;
  say(`plan ${plan.toFixed(0)} ms, text ${text.toFixed(0)} ms, assembly ${assembly.toFixed(0)} ms`);
}
