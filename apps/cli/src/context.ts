/** What a running command prints with: results on stdout, everything else on stderr, nothing but JSON under --json. */
import type { LoadOptions } from "@settle/settle";
import pico from "picocolors";
import type { ParameterOptions } from "./parameter-option.ts";
import { Progress, type ProgressOptions } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

export type Colors = ReturnType<typeof pico.createColors>;

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

export class Context {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Of stdout. */
  readonly colors: Colors;
  /** Of stderr. */
  readonly logColors: Colors;
  /** Aborted at the first Ctrl-C. */
  readonly interrupt: AbortSignal;
  /** What was typed after `settle`. */
  readonly argv: readonly string[];
  /** How the command's circuits are loaded: where paths start, and the values of parameters. */
  readonly loading: LoadOptions;

  constructor(
    terminal: Terminal,
    argv: readonly string[],
    options: OutputOptions & ParameterOptions,
    interrupt: AbortSignal,
  ) {
    this.terminal = terminal;
    this.argv = argv;
    this.json = options.json;
    this.quiet = options.quiet;
    this.loading = { from: terminal.cwd, ...(options.set && { parameters: options.set }) };
    this.colors = pico.createColors(wantsColor(terminal, options, terminal.stdout.isTTY));
    this.logColors = pico.createColors(wantsColor(terminal, options, terminal.stderr.isTTY));
    this.interrupt = interrupt;
  }

  /** Says how the work is going, on stderr. Silent under --quiet. */
  log(text: string): void {
    if (!this.quiet) this.terminal.stderr.write(`${text}\n`);
  }

  /** Says what is wrong, on stderr, whatever the options. */
  complain(text: string): void {
    this.terminal.stderr.write(`${text}\n`);
  }

  /** Prints the command's result for people. Silent under --json. */
  print(text: string): void {
    if (!this.json) this.terminal.stdout.write(`${text}\n`);
  }

  /** Prints the command's result as its one JSON document. Silent without --json. */
  document(value: unknown): void {
    if (this.json) this.terminal.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  /** Starts a progress bar on stderr (lines now and then where stderr is no terminal). */
  progress(options: ProgressOptions): Progress {
    return new Progress(this.terminal.stderr, options, this.quiet);
  }
}

function wantsColor(terminal: Terminal, options: OutputOptions, isTTY: boolean | undefined): boolean {
  if (!options.color || terminal.env["NO_COLOR"]) return false;
  return Boolean(terminal.env["FORCE_COLOR"]) || (isTTY === true && terminal.env["TERM"] !== "dumb");
}
