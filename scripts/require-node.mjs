// Imported first by every script here: says in one sentence that Node is too old, before anything else fails on it.
// Written so that old versions of Node can still run it.
import process from "node:process";

const least = [20, 19];
const found = process.versions.node.split(".").map(Number);

if (found[0] < least[0] || (found[0] === least[0] && found[1] < least[1])) {
  process.stderr.write(
    `Settle needs Node ${least.join(".")} or newer; this is Node ${process.versions.node}.\n` +
      "Get a newer one from https://nodejs.org (or with a version manager: nvm install 22), then type the command again.\n",
  );
  process.exit(1);
}
