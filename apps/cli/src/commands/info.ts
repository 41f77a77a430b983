import type { CommandDefinition } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

export const infoCommand: CommandDefinition = {
  name: "info",
  summary: "parts, shapes, exact parameter counts, FLOPs a step, memory, hierarchy class, stability",
  examples: [
    ["settle info conv-ngc", "a predefined circuit"],
    ["settle info mine.json --json", "the figures for a script"],
    ["settle info family.ts --set depth=3", "one circuit of a family"],
  ],
  define(command) {
    command.argument("<circuit>", "a circuit file or a predefined name");
  },
  async run(context, command) {
    const { compiled, circuit } = await compileCircuit(command.args[0] ?? "", context);
    const { estimateStability, SettleError } = await import("@settle/settle");
    // What cannot settle here, or not without diverging, still has all its other figures.
    const stability = await estimateStability(circuit).catch((fault: unknown) => {
      if (fault instanceof SettleError) return fault.diagnostic;
      throw fault;
    });
    const template = Object.fromEntries(
      Object.entries(circuit.parameters).map(([name, { declared, value }]) => [name, { value, ...declared }]),
    );
    context.document({ ...compiled.analysis, stability, ...(Object.keys(template).length > 0 && { template }) });
    const { describeCircuit } = await import("../describe-circuit.ts");
    context.print(describeCircuit(compiled, circuit.parameters, stability, context.colors));
    return exitCodes.done;
  },
};
