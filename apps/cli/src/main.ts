/** The whole command: parses the arguments, runs one command, renders what went wrong, answers with an exit code. */
import { closest } from "@settle/diagnostics";
import { Command, CommanderError, Option } from "commander";
import { commands } from "./commands/index.ts";
import type { CommandDefinition } from "./command.ts";
import { Context, type OutputOptions } from "./context.ts";
import { type ExitCode, exitCodes } from "./exit-code.ts";
import { addParameterOption, type ParameterOptions, takesCircuit } from "./parameter-option.ts";
import { renderFault } from "./render-fault.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/**
 * Runs `settle` with the given arguments (without `node` and the script's name).
 * @returns the exit code; never throws
 */
export async function main(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const interrupt = listenForInterrupts(terminal);
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram(terminal, async (definition, command) => {
    const context = new Context(
      terminal,
      argv,
      command.optsWithGlobals<OutputOptions & ParameterOptions>(),
      interrupt.signal,
    );
    try {
      exitCode = await definition.run(context, command);
    } catch (fault) {
      if (fault instanceof CommanderError) throw fault;
      exitCode = await renderFault(fault, context);
    }
  });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    // Help and version end in an error of exit code 0; everything else is wrong usage.
    exitCode = fault.exitCode === 0 ? exitCodes.done : exitCodes.wrongUsage;
  } finally {
    interrupt.stop();
  }
  return exitCode;
}

type Run = (definition: CommandDefinition, command: Command) => Promise<void>;

function buildProgram(terminal: Terminal, run: Run): Command {
  const program = new Command("settle")
    .description("Author, compile and run predictive-coding circuits.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print a command's help")
    .showHelpAfterError("Type `settle --help` for what there is.");
  program.exitOverride();
  program.configureOutput({
    writeOut: (text) => terminal.stdout.write(text),
    writeErr: (text) => terminal.stderr.write(text),
    getOutHelpWidth: () => terminal.stdout.columns ?? 100,
    getErrHelpWidth: () => terminal.stderr.columns ?? 100,
    getOutHasColors: () => terminal.stdout.isTTY === true && !terminal.env["NO_COLOR"],
    getErrHasColors: () => terminal.stderr.isTTY === true && !terminal.env["NO_COLOR"],
  });
  for (const definition of commands) addCommand(program, definition, run);
  program.addHelpText(
    "after",
    "\nFirst steps: settle demo · settle new mine · settle check mine.json · settle train mine.json --data color-mnist",
  );
  // Reached only where no command was named.
  program.allowExcessArguments().action(() => {
    const [unknown] = program.args;
    if (unknown === undefined) {
      program.help();
      return;
    }
    const known = commands.map((each) => each.name);
    const near = closest(unknown, known);
    const meant = near === undefined ? "" : ` Did you mean '${near}'?`;
    program.error(`error: there is no command '${unknown}'.${meant} There are: ${known.join(", ")}.`, {
      exitCode: exitCodes.wrongUsage,
    });
  });
  return program;
}

function addCommand(parent: Command, definition: CommandDefinition, run: Run): void {
  const command = parent.command(definition.name).description(definition.summary);
  command.helpOption("-h, --help", "print this help");
  command.showHelpAfterError(`Type \`${pathOf(command)} --help\` for what there is.`);
  definition.define(command);
  if (takesCircuit(command)) addParameterOption(command);
  command
    .addOption(new Option("--json", "print one JSON document on stdout, nothing else").default(false))
    .addOption(new Option("--quiet", "print no log and no progress").default(false))
    .addOption(new Option("--no-color", "print without colours"));
  const width = Math.max(...definition.examples.map(([line]) => line.length));
  const examples = definition.examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`);
  command.addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
  for (const part of definition.parts ?? []) addCommand(command, part, run);
  command.action(() => run(definition, command));
}

/** `settle data get`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** The first Ctrl-C asks the work to finish and keep what it has; the second ends the process at once. */
function listenForInterrupts(terminal: Terminal): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const stop = terminal.onInterrupt(() => {
    if (controller.signal.aborted) {
      terminal.exitNow(exitCodes.interrupted);
      return;
    }
    terminal.stderr.write("\nFinishing what is under way; what is done is kept. Ctrl-C again ends at once.\n");
    controller.abort(new Error("interrupted"));
  });
  return { signal: controller.signal, stop };
}
