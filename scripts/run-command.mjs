// Starts other programs, so that Ctrl-C reaches them and their exit code reaches the shell.
import { spawn } from "node:child_process";
import process from "node:process";
import { root } from "./root.mjs";

/**
 * Runs a program with this terminal as its own, until it ends.
 *
 * A Ctrl-C goes to the whole process group, so the program has it already: this process only waits for it to finish its work.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runHere(command, args) {
  return wait(spawn(command, args, { cwd: root, stdio: "inherit", shell: needsShell(command) }));
}

/**
 * Runs a program and hands over what it prints, line by line (stdout and stderr together).
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, onLine: (line: string) => void }} options
 * @returns {Promise<number>} its exit code
 */
export function runWatched(command, args, { env = {}, onLine }) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    shell: needsShell(command),
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      const lines = (rest + text).split(/\r?\n|\r/);
      rest = lines.pop() ?? "";
      lines.forEach(onLine);
    });
    stream.on("end", () => {
      if (rest !== "") onLine(rest);
    });
  }
  return wait(child);
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>}
 */
function wait(child) {
  const ignore = () => {};
  const pass = () => child.kill("SIGTERM");
  process.on("SIGINT", ignore);
  process.on("SIGTERM", pass);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", pass);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

// npm's programs are .cmd files on Windows, which only a shell starts.
/** @param {string} command */
function needsShell(command) {
  return process.platform === "win32" && command !== process.execPath;
}
