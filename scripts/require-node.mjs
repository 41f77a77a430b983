// Imported first by every script here: says in one sentence that Node is too old, before anything else fails on it.
// Written so that old versions of Node can still run it.
import process from "node:process";

const least = "20.19";

if (olderThan(process.versions.node, least)) {
  process.stderr.write(
    `Settle needs Node ${least} or newer; this is Node ${process.versions.node}.\n` +
      "Get a newer one from https://nodejs.org (or with a version manager: nvm install 22), then type the command again.\n",
  );
  process.exit(1);
}

/**
 * @param {string} version
 * @param {string} other
 * @returns {boolean}
 */
function olderThan(version, other) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
