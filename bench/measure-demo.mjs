// From typing `npm run demo`, everything installed, to the first lines that a person sees.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { root } from "../scripts/root.mjs";
import { median } from "./median.mjs";

/**
 * @param {{ rounds: number, say: (line: string) => void }} options
 */
export async function measureDemo({ rounds, say }) {
  const moments = [];
  for (let round = 0; round < rounds; round++) moments.push(await secondsToLines());
  const first = median(moments.map((each) => each.first));
  const second = median(moments.map((each) => each.second));
  say("");
  say(
    `npm run demo: says what it does after ${first.toFixed(2)} s, the next line after ${second.toFixed(2)} s (medians of ${rounds})`,
  );
  return { first, second, rounds };
}

/** @returns {Promise<{ first: number, second: number }>} */
async function secondsToLines() {
  const run = await mkdtemp(path.join(os.tmpdir(), "settle-bench-demo-"));
  const from = performance.now();
  const child = spawn("npm", ["run", "demo", "--", "--run", path.join(run, "demo")], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that the whole of it can be stopped.
    detached: true,
  });
  const closed = new Promise((resolve) => child.on("close", resolve));
  try {
    return await new Promise((resolve, reject) => {
      let text = "";
      let first = Number.NaN;
      const look = (/** @type {Buffer} */ chunk) => {
        text += chunk.toString();
        const now = (performance.now() - from) / 1000;
        // A terminal's progress is redrawn in place; each state of it counts as a line here.
        const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== "");
        const begin = lines.findIndex((line) => line.startsWith("Settle demo"));
        if (begin >= 0 && Number.isNaN(first)) first = now;
        if (begin >= 0 && lines.length > begin + 1) resolve({ first, second: now });
      };
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.on("error", reject);
      child.on("exit", (code) =>
        reject(new Error(`npm run demo ended with ${code} before it said anything:\n${text}`)),
      );
    });
  } finally {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    await closed;
    await rm(run, { recursive: true, force: true });
  }
}
