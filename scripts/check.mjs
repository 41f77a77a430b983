// `pnpm check`: everything that can be checked, or the parts that are named: `pnpm check types lint`.
// `--tally FILE` writes `{ passed, failed }`, counting parts, for other scripts.
import "./require-node.mjs";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import { PreparationFailed, prepareDependencies } from "./prepare.mjs";
import { root } from "./root.mjs";
import { runHere } from "./run-command.mjs";

/** @typedef {{ readonly what: string, readonly program: string, readonly args: readonly string[], readonly inTests?: boolean }} Part */

const vitest = "vitest/vitest.mjs";

/** `inTests`: the tests hold it already, so that it runs by itself only when asked for by name. */
/** @type {Readonly<Record<string, Part>>} */
const parts = {
  format: {
    what: "files are formatted",
    program: "prettier/bin/prettier.cjs",
    args: ["--check", "--log-level=warn", "."],
  },
  lint: { what: "no lint, types included", program: "oxlint/bin/oxlint", args: ["--deny-warnings", "--format=unix"] },
  types: { what: "everything type-checks", program: "typescript/bin/tsc", args: ["-p", "tsconfig.json"] },
  unused: { what: "no unused file, export or dependency", program: "knip/bin/knip.js", args: ["--no-config-hints"] },
  arrows: { what: "package arrows point down", program: vitest, args: ["run", "test/package-arrows"], inTests: true },
  schema: { what: "the committed schema is current", program: vitest, args: ["run", "json-schema"], inTests: true },
  docs: { what: "the docs' fences run", program: vitest, args: ["run", "test/docs"], inTests: true },
  tests: { what: "all tests pass", program: vitest, args: ["run"] },
};

const { names, tallyFile, wrong } = readArguments(process.argv.slice(2));
if (wrong.length > 0) {
  process.stderr.write(`There is no part "${wrong.join(", ")}". The parts are: ${Object.keys(parts).join(", ")}.\n`);
  process.exitCode = 2;
} else {
  await check();
}

async function check() {
  try {
    await prepareDependencies();
  } catch (fault) {
    if (!(fault instanceof PreparationFailed)) throw fault;
    process.exitCode = 1;
    return;
  }
  /** @type {string[]} */
  const results = [];
  let failed = 0;
  for (const name of names) {
    const part = parts[name];
    if (part === undefined) continue;
    process.stdout.write(`\n— ${name}: ${part.what}\n`);
    const started = Date.now();
    const exitCode = await runHere(process.execPath, [path.join(root, "node_modules", part.program), ...part.args]);
    if (exitCode === 130) {
      process.exitCode = 130;
      return;
    }
    if (exitCode !== 0) failed += 1;
    results.push(
      `${exitCode === 0 ? "ok    " : "FAILED"}  ${name.padEnd(8)}  ${((Date.now() - started) / 1000).toFixed(1)} s`,
    );
  }
  process.stdout.write(`\n${results.join("\n")}\n`);
  if (tallyFile !== undefined) fs.writeFileSync(tallyFile, JSON.stringify({ passed: results.length - failed, failed }));
  process.exitCode = failed === 0 ? 0 : 1;
}

/**
 * @param {readonly string[]} args
 * @returns {{ names: readonly string[], tallyFile: string | undefined, wrong: readonly string[] }}
 */
function readArguments(args) {
  const at = args.indexOf("--tally");
  const asked = at < 0 ? args : args.filter((_, index) => index !== at && index !== at + 1);
  const all = Object.keys(parts).filter((name) => parts[name]?.inTests !== true);
  return {
    names: asked.length === 0 ? all : asked,
    tallyFile: at < 0 ? undefined : args[at + 1],
    wrong: asked.filter((name) => parts[name] === undefined),
  };
}
