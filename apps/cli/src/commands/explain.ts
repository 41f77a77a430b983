import { Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

const levels = ["normalize", "resolve", "derive", "lower", "plan"] as const;
const formats = ["text", "json", "latex"] as const;

interface ExplainOptions {
  readonly after: (typeof levels)[number];
  readonly format: (typeof formats)[number];
}

export const explainCommand: CommandDefinition = {
  name: "explain",
  summary: "show what the compiler makes of a circuit, at one of its levels",
  examples: [
    ["settle explain conv-ngc --after derive", "the equations, as text"],
    ["settle explain conv-ngc --after derive --format latex", "for a paper"],
    ["settle explain mine.json --after normalize", "the circuit with every default filled in"],
    ["settle explain mine.json --after lower", "the instructions an engine runs"],
    ["settle explain mine.json --after plan", "the loops that the kernel engines make of them"],
  ],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .addOption(new Option("--after <level>", "which level").choices(levels).default("derive"))
      .addOption(new Option("--format <format>", "latex is for equations").choices(formats).default("text"));
  },
  async run(context, command) {
    const { explain, settleError } = await import("@settle/settle");
    const options = command.opts<ExplainOptions>();
    const format = context.json ? "json" : options.format;
    if (format === "latex" && options.after !== "derive") {
      throw settleError("explain/no-latex", `There is no LaTeX of "${options.after}".`, {
        help: "only equations have one: --after derive --format latex.",
      });
    }
    const { compiled } = await compileCircuit(command.args[0] ?? "", context);
    context.terminal.stdout.write(`${explain(compiled, options.after, format).trimEnd()}\n`);
    return exitCodes.done;
  },
};
