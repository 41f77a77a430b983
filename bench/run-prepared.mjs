// Benchmarks written in TypeScript: prepares what they need and starts one of them.
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { PreparationFailed, prepareBuild, prepareDependencies } from "../scripts/prepare.mjs";
import { runHere } from "../scripts/run-command.mjs";

/**
 * @param {string} script  in this folder
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runPrepared(script, args) {
  try {
    await prepareDependencies();
    await prepareBuild();
  } catch (fault) {
    if (!(fault instanceof PreparationFailed)) throw fault;
    return 1;
  }
  // The packages are JavaScript already, and are timed as Node runs them.
  process.env["JITI_TRY_NATIVE"] = "true";
  const jiti = path.join(path.dirname(createRequire(import.meta.url).resolve("jiti/package.json")), "lib/jiti-cli.mjs");
  return runHere(process.execPath, [jiti, fileURLToPath(new URL(script, import.meta.url)), ...args]);
}
