// `npm run setup`: installs and builds, so that `npx settle` works from the repository's root.
import "./require-node.mjs";
import process from "node:process";
import { PreparationFailed, prepareBuild, prepareDependencies } from "./prepare.mjs";

try {
  await prepareDependencies();
  await prepareBuild({ force: process.argv.includes("--force") });
  process.stderr.write("Settle is ready. Try: npx settle --help, or npm run demo\n");
} catch (fault) {
  if (!(fault instanceof PreparationFailed)) throw fault;
  process.exitCode = 1;
}
