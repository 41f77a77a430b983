import type { CommandDefinition } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

export const infoCommand: CommandDefinition = {
  name: "info",
  summary: "parts, shapes, exact parameter counts, FLOPs a step, memory, hierarchy class",
  examples: [
    ["settle info conv-ngc", "a predefined circuit"],
    ["settle info mine.json --json", "the figures for a script"],
  ],
  define(command) {
    command.argument("<circuit>", "a circuit file or a predefined name");
  },
  async run(context, command) {
    const { compiled } = await compileCircuit(command.args[0] ?? "", context);
    context.document(compiled.analysis);
    const { describeCircuit } = await import("../describe-circuit.ts");
    context.print(describeCircuit(compiled, context.colors));
    return exitCodes.done;
  },
};
