// `pnpm bench settling RUN`: how far a trained circuit settles in how many steps, by integrator and rate.
//   --data NAME   default what it was trained on      --images N   test images (default 64)
//   --engine NAME   again for another (default native and wasm)      --grid   search momentum and rate
//   --out DIR   where the figure goes      --json
import process from "node:process";
import { parseArgs } from "node:util";
import { prepareBuild, prepareDependencies } from "../scripts/prepare.mjs";
import { describeMachine } from "./describe-machine.mjs";

/** @param {readonly string[]} args */
export async function benchSettling(args) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: "string" },
      images: { type: "string", default: "64" },
      engine: { type: "string", multiple: true, default: ["native", "wasm"] },
      grid: { type: "boolean", default: false },
      out: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const [run] = positionals;
  if (run === undefined) throw new Error("name a run folder: pnpm bench settling runs/conv-ngc");
  await prepareDependencies();
  await prepareBuild();
  // It loads Settle itself, which must not happen before the build.
  const { measureSettling } = await import("./measure-settling.mjs");
  /** @param {string} line */
  const say = (line) => void (values.json ? process.stderr : process.stdout).write(`${line}\n`);
  const machine = describeMachine();
  for (const [what, is] of Object.entries(machine)) say(`${what.padEnd(9)} ${is}`);
  const { data, images, engine: engines, grid, out } = values;
  const measured = await measureSettling({
    run,
    images: Number(images),
    engines,
    grid,
    say,
    ...(data !== undefined && { data }),
    ...(out !== undefined && { out }),
  });
  if (values.json) process.stdout.write(`${JSON.stringify({ machine, ...measured }, undefined, 2)}\n`);
}
