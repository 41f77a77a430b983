// Finds the package manager: the pinned pnpm, brought by npx unless a pnpm of the same line is installed already.
import { spawnSync } from "node:child_process";
import process from "node:process";

const pinned = "12.21.0";

/** @returns {{ command: string, args: readonly string[], brought: boolean }} what to start, and whether npx brings it */
export function findPnpm() {
  const installed = spawnSync("pnpm", ["--version"], { encoding: "utf8", shell: process.platform === "win32" });
  const version = installed.status === 0 ? installed.stdout.trim() : "";
  return isPinnedLine(version)
    ? { command: "pnpm", args: [], brought: false }
    : { command: "npx", args: ["--yes", `pnpm@${pinned}`], brought: true };
}

/** @param {string} version */
function isPinnedLine(version) {
  const [major, minor] = version.split(".").map(Number);
  const [pinnedMajor, pinnedMinor] = pinned.split(".").map(Number);
  return major === pinnedMajor && minor !== undefined && pinnedMinor !== undefined && minor >= pinnedMinor;
}
