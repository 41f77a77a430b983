// `npm test`: brings the dependencies, then runs every test on the sources (nothing needs to be built).
// Arguments go to vitest: `npm test -- packages/spec`.
import "./require-node.mjs";
import path from "node:path";
import process from "node:process";
import { PreparationFailed, prepareDependencies } from "./prepare.mjs";
import { root } from "./root.mjs";
import { runHere } from "./run-command.mjs";

try {
  await prepareDependencies();
  const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
  process.exitCode = await runHere(process.execPath, [vitest, "run", ...process.argv.slice(2)]);
} catch (fault) {
  if (!(fault instanceof PreparationFailed)) throw fault;
  process.exitCode = 1;
}
