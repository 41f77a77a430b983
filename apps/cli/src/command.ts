/** The shape of one command: what it is called, what it takes, what it does. One file per command holds one of these. */
import { type Command, InvalidArgumentError } from "commander";
import type { Context } from "./context.ts";
import type { ExitCode } from "./exit-code.ts";

export interface CommandDefinition {
  /** `check`; for a part of another command its own word: `get`. */
  readonly name: string;
  readonly summary: string;
  /** Command lines to copy, each with what it does. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** Adds arguments and options. */
  define(command: Command): void;
  /** Does the work. Heavy imports belong in here, so that `settle --help` stays quick. */
  run(context: Context, command: Command): Promise<ExitCode>;
  readonly parts?: readonly CommandDefinition[];
}

/** Parses an option's value as a whole number ≥ `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
    }
    return value;
  };
}

/** Parses an option's value as a number > 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

export interface ComputeOptions {
  readonly engine: string;
  readonly threads?: number;
  readonly seed: number;
  readonly batch?: number;
  readonly limit?: number;
}

/** Adds what every command that computes takes. */
export function addComputeOptions(command: Command): void {
  command
    .option("--engine <name>", "what computes; `settle engines` lists them", "auto")
    .option("--threads <n>", "how many threads the engine may use", wholeNumber(1))
    .option("--seed <n>", "where all random numbers come from", wholeNumber(0), 1)
    .option("--batch <n>", "samples computed together", wholeNumber(1))
    .option("--limit <n>", "use the first N samples only", wholeNumber(1));
}
