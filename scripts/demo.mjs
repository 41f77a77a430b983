// `npm run demo`: prepares the repository, then `settle demo` with the arguments given here.
import "./require-node.mjs";
import path from "node:path";
import process from "node:process";
import { PreparationFailed, prepareBuild, prepareDependencies } from "./prepare.mjs";
import { root } from "./root.mjs";
import { runHere } from "./run-command.mjs";

try {
  await prepareDependencies();
  await prepareBuild();
  const command = path.join(root, "apps", "cli", "bin", "settle.js");
  process.exitCode = await runHere(process.execPath, [command, "demo", ...process.argv.slice(2)]);
} catch (fault) {
  if (!(fault instanceof PreparationFailed)) throw fault;
  process.exitCode = 1;
}
