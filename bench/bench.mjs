// `pnpm bench`: how fast Settle compiles, settles and starts here, engine beside engine. `--json` prints one document.
//   --rounds N   how often each side is measured (default 5)      --batch N   images a settle (default 100)
//   --only PART  compile, first, engines or demo
// `pnpm bench peers`: beside other libraries; docs/guide/benchmarks.md says what it needs.
// `pnpm bench kernels`: where a step spends its time; `--engine native`.
// `pnpm bench settling RUN`: integrators and rates on a trained circuit; docs/guide/settling.md has what came out.
import "../scripts/require-node.mjs";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PreparationFailed, prepareBuild, prepareDependencies } from "../scripts/prepare.mjs";
import { runHere } from "../scripts/run-command.mjs";
import { benchSettling } from "./bench-settling.mjs";
import { describeMachine } from "./describe-machine.mjs";
import { measureDemo } from "./measure-demo.mjs";
import { median } from "./median.mjs";
import { runPrepared } from "./run-prepared.mjs";

const [, , what = "", ...rest] = process.argv;
if (what === "peers") process.exit(await runPrepared("peers/peers.ts", rest));
if (what === "kernels") process.exit(await runPrepared("kernels.ts", rest));
if (what === "settling") {
  await benchSettling(rest);
  process.exit();
}

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    batch: { type: "string", default: "100" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);

/** @param {string} line */
const say = (line) => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
/** @param {string} part */
const wanted = (part) => values.only === undefined || values.only === part;

try {
  await prepareDependencies();
  await prepareBuild();
  const machine = describeMachine();
  for (const [part, is] of Object.entries(machine)) say(`${part.padEnd(9)} ${is}`);
  /** @type {Record<string, unknown>} */
  const report = { machine };
  if (wanted("compile")) report["compile"] = compileTime();
  if (wanted("first")) report["first"] = await firstResults();
  if (wanted("engines")) report["engines"] = await engineSpeeds();
  if (wanted("demo")) report["demo"] = await measureDemo({ rounds: Math.min(rounds, 3), say });
  if (values.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
} catch (fault) {
  if (!(fault instanceof PreparationFailed)) throw fault;
  process.exitCode = 1;
}

function compileTime() {
  const result = JSON.parse(output([fileURLToPath(new URL("compile-time.mjs", import.meta.url))]));
  say("");
  say(
    `conv-ngc to Program: ${result.warm.toFixed(1)} ms warm (median of ${result.repeats}), ${result.cold.toFixed(0)} ms the first time`,
  );
  return result;
}

/** From a circuit to its first result, each time in a new process: with nothing built, then with what the first has built. */
async function firstResults() {
  const kernels = await mkdtemp(path.join(os.tmpdir(), "settle-bench-kernels-"));
  process.env["SETTLE_KERNELS"] = kernels;
  try {
    const script = fileURLToPath(new URL("first-result.mjs", import.meta.url));
    /** @param {string} engine @returns {{ load: number, first: number }} */
    const measure = (engine) => JSON.parse(output([script, engine]));
    const unbuilt = measure("native");
    const pairs = Array.from({ length: rounds }, () => ({ native: measure("native"), wasm: measure("wasm") }));
    /** @param {readonly { load: number, first: number }[]} all */
    const medians = (all) => ({
      load: median(all.map((each) => each.load)),
      first: median(all.map((each) => each.first)),
    });
    const native = medians(pairs.map((each) => each.native));
    const wasm = medians(pairs.map((each) => each.wasm));
    say("");
    say(
      `conv-ngc to a first result, medians of ${rounds} new processes; in brackets what the engine's load takes of it:`,
    );
    for (const [name, { load, first }] of Object.entries({ "native, nothing built": unbuilt, native, wasm }))
      say(`  ${name.padEnd(22)} ${first.toFixed(0)} ms (${load.toFixed(0)} ms)`);
    return { unbuilt, native, wasm, rounds };
  } finally {
    delete process.env["SETTLE_KERNELS"];
    await rm(kernels, { recursive: true, force: true });
  }
}

/** What `settle bench` says of all engines here on one thread. */
async function engineSpeeds() {
  const settle = fileURLToPath(new URL("../apps/cli/bin/settle.js", import.meta.url));
  const args = [settle, "bench", "conv-ngc", "--threads", "1", "--batch", values.batch, "--rounds", values.rounds];
  if (values.json) return JSON.parse(output([...args, "--json"]));
  say("");
  const code = await runHere(process.execPath, args);
  if (code !== 0) throw new Error(`settle bench ended with ${code}`);
  return undefined;
}

/** What a script prints. @param {readonly string[]} args */
function output(args) {
  return execFileSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
