import type { ExplainFormat, Level } from "@settle/settle";
import { Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

const levels: readonly Level[] = ["normalize", "resolve", "derive", "lower", "plan"];
const formats: readonly ExplainFormat[] = ["text", "json", "latex", "mermaid", "dot", "svg"];

interface ExplainOptions {
  readonly after: Level;
  readonly format: ExplainFormat;
}

export const explainCommand: CommandDefinition = {
  name: "explain",
  summary: "show what the compiler makes of a circuit, at one of its levels",
  examples: [
    ["settle explain conv-ngc --after derive", "the equations, as text"],
    ["settle explain conv-ngc --after derive --format latex", "for a paper"],
    ["settle explain mine.json --after normalize", "every field with where its value comes from"],
    ["settle explain mine.json --after resolve --format mermaid", "a graph for a README"],
    ["settle explain mine.json --after derive --format svg > flow.svg", "which quantity follows from which"],
    ["settle explain mine.json --after lower", "the instructions an engine runs"],
    ["settle explain mine.json --after plan", "the loops that the kernel engines make of them"],
  ],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .addOption(new Option("--after <level>", "which level").choices(levels).default("derive"))
      .addOption(new Option("--format <format>", "how to show it").choices(formats).default("text"));
  },
  async run(context, command) {
    const { explain } = await import("@settle/settle");
    const options = command.opts<ExplainOptions>();
    const format = context.json ? "json" : options.format;
    const { compiled, circuit } = await compileCircuit(command.args[0] ?? "", context);
    const shown = await explain(compiled, options.after, format, circuit.source);
    context.terminal.stdout.write(`${shown.trimEnd()}\n`);
    return exitCodes.done;
  },
};
