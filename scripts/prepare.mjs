// Installs what the repository needs and builds its packages, saying so; does nothing, quickly, where that is done already.
import process from "node:process";
import { explainFailure } from "./explain-failure.mjs";
import { findPnpm } from "./pnpm.mjs";
import { runWatched } from "./run-command.mjs";
import { fingerprintDependencies, fingerprintSources, readStamp, workspaceFolders, writeStamp } from "./stamp.mjs";
import { StatusLine } from "./status-line.mjs";

/** What failed was said already; only the exit code is left to set. */
export class PreparationFailed extends Error {}

/** Brings pnpm and the dependencies, unless they are there. */
export async function prepareDependencies() {
  const wanted = fingerprintDependencies();
  if (readStamp("dependencies") === wanted) return;

  const pnpm = findPnpm();
  say(
    "Installing the packages Settle is built on. The first time this takes a minute or two and about 400 MB of disk.",
  );
  if (pnpm.brought)
    say("  (pnpm, the package manager, comes first: npx fetches it into npm's cache; nothing is installed globally)");
  const args = [...pnpm.args, "install", "--frozen-lockfile", "--reporter=append-only"];
  await watch("install", "the packages could not be installed", (log) =>
    runWatched(pnpm.command, args, {
      // pnpm asks before it clears a folder, and takes no terminal for "no".
      env: { CI: "true" },
      onLine: (line) => {
        log.keep(line);
        log.show(line);
      },
    }),
  );
  // The install may have rewritten nothing, but it is what is on the disk now that counts.
  writeStamp("dependencies", fingerprintDependencies());
}

/**
 * Compiles every package, unless that is done.
 * @param {{ force?: boolean }} [options]
 */
export async function prepareBuild({ force = false } = {}) {
  // Taken before: what is edited meanwhile is compiled the next time.
  const sources = fingerprintSources();
  if (!force && readStamp("build") === sources) return;

  const count = workspaceFolders().length;
  say(`Compiling Settle's ${count} packages.`);
  let started = 0;
  const pnpm = findPnpm();
  // Started through pnpm, since turbo calls pnpm in turn and has to find it.
  const turbo = [
    ...pnpm.args,
    "exec",
    "turbo",
    "run",
    "build",
    "--ui=stream",
    "--output-logs=full",
    "--log-order=stream",
  ];
  if (force) turbo.push("--force");
  // Nobody who wants to run it has to wait for the types to be checked: `pnpm check types` does that.
  turbo.push("--", "--noCheck");
  await watch("compile", "the packages could not be compiled", (log) =>
    runWatched(pnpm.command, turbo, {
      env: { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1", NO_COLOR: "1" },
      onLine: (line) => {
        log.keep(line);
        const name = /^(@settle\/[\w-]+):build: cache /.exec(line)?.[1];
        if (name !== undefined) log.show(`package ${++started} of ${count}, ${name}`);
      },
    }),
  );
  writeStamp("build", sources);
}

/**
 * Runs one long step with a status line, and keeps what it prints for the case that it fails.
 * @param {string} title
 * @param {string} failure
 * @param {(log: { keep: (line: string) => void, show: (text: string) => void }) => Promise<number>} step
 */
async function watch(title, failure, step) {
  const started = Date.now();
  const status = new StatusLine(process.stderr, `  ${title}`);
  /** @type {string[]} */
  const printed = [];
  let exitCode = 1;
  try {
    exitCode = await step({ keep: (line) => printed.push(line), show: (text) => status.update(text) });
  } catch (fault) {
    printed.push(fault instanceof Error ? fault.message : String(fault));
  } finally {
    status.stop();
  }
  if (exitCode === 130) {
    say("Interrupted. Type the command again to go on from here.");
    throw new PreparationFailed();
  }
  if (exitCode !== 0) {
    const output = printed.join("\n");
    process.stderr.write(`${output}\n\nStopped: ${failure}.\n${explainFailure(output)}\n`);
    throw new PreparationFailed();
  }
  say(`  done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`${text}\n`);
}
