import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

export const schemaCommand: CommandDefinition = {
  name: "schema",
  summary: "print the JSON Schema of circuit files",
  examples: [["settle schema > circuit.schema.json", "for an editor or another validator"]],
  define() {},
  async run(context) {
    const { circuitJsonSchema } = await import("@settle/settle");
    // JSON with or without --json: the schema is the result.
    context.terminal.stdout.write(`${JSON.stringify(circuitJsonSchema(), undefined, 2)}\n`);
    return exitCodes.done;
  },
};
