import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";

export const checkCommand: CommandDefinition = {
  name: "check",
  summary: "parse, normalize, resolve and verify circuits; print everything that is wrong with them",
  examples: [
    ["settle check mine.json", "one circuit"],
    ["settle check circuits/*/circuit.json mine.ts", "several, JSON and TypeScript"],
    ["settle check mine.json --json", "diagnostics for a script or an editor"],
  ],
  define(command) {
    command.argument("<files...>", "circuit files, or names of predefined circuits");
  },
  async run(context, command) {
    const { checkCircuit, diagnosticsJson } = await import("@settle/settle");
    const found = [];
    for (const file of command.args) {
      const { diagnostics, source, summary } = await checkCircuit(file, context.loading);
      found.push(...diagnostics);
      await renderDiagnostics(diagnostics, source, context);
      if (summary !== undefined) context.print(`${context.colors.green("ok")}  ${file}  ${summary}`);
    }
    const report = diagnosticsJson(found);
    context.document(report);
    return report.ok ? exitCodes.done : exitCodes.badInput;
  },
};
