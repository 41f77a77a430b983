/** `--set depth=3`: values of a template's parameters, for every command that takes a circuit. */
import type { GivenParameters } from "@settle/settle";
import { type Command, InvalidArgumentError } from "commander";

export interface ParameterOptions {
  readonly set?: GivenParameters;
}

/** Whether one of a command's arguments is a circuit. */
export const takesCircuit = (command: Command): boolean =>
  command.registeredArguments.some(({ description }) => /\bcircuits?\b/.test(description));

export function addParameterOption(command: Command): void {
  command.option(
    "--set <name=value>",
    "a value of the circuit's own parameters, which `settle info` lists; may be repeated",
    collect,
  );
}

function collect(text: string, earlier: GivenParameters = {}): GivenParameters {
  const { name, value } = /^(?<name>[^=]+)=(?<value>.+)$/.exec(text)?.groups ?? {};
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("Write NAME=VALUE, as in --set depth=3.");
  }
  return { ...earlier, [name]: readValue(value) };
}

/** A number, true or false, a list of numbers (`64,32`), or else a word. */
function readValue(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  const numbers = text
    .replace(/^\[|\]$/g, "")
    .split(",")
    .map(Number);
  if (numbers.some((each) => !Number.isFinite(each)) || text.trim() === "") return text;
  return numbers.length === 1 && !text.startsWith("[") ? numbers[0] : numbers;
}
