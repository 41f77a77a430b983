import { execFileSync } from "node:child_process";
import os from "node:os";
import process from "node:process";
import { root } from "../scripts/root.mjs";

/** What a figure means nothing without. */
export function describeMachine() {
  const cores = os.cpus();
  return {
    cpu: `${cores[0]?.model ?? "unknown"}, ${cores.length} cores`,
    memory: `${(os.totalmem() / 2 ** 30).toFixed(0)} GB`,
    system: `${os.type()} ${os.release()}, Node ${process.version}`,
    commit: commit(),
    load: os
      .loadavg()
      .map((load) => load.toFixed(1))
      .join(" "),
  };
}

function commit() {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}
