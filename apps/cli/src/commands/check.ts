import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";

export const checkCommand: CommandDefinition = {
  name: "check",
  summary: "parse, normalize, resolve and verify circuits or experiments; print everything that is wrong with them",
  examples: [
    ["settle check mine.json", "one circuit"],
    ["settle check circuits/*/circuit.json mine.ts", "several, JSON and TypeScript"],
    ["settle check compared.json", "an experiment: its fields, its circuits, what it holds equal"],
    ["settle check mine.json --json", "diagnostics for a script or an editor"],
  ],
  define(command) {
    command.argument("<files...>", "circuit or experiment files, or names of predefined ones");
  },
  async run(context, command) {
    const { checkCircuit, diagnosticsJson } = await import("@settle/settle");
    const { checkExperiment, isExperimentFile } = await import("@settle/experiments");
    const found = [];
    for (const file of command.args) {
      const check = (await isExperimentFile(file, context.loading)) ? checkExperiment : checkCircuit;
      const { diagnostics, source, summary } = await check(file, context.loading);
      found.push(...diagnostics);
      await renderDiagnostics(diagnostics, source, context);
      const repairs = diagnostics.filter(({ repair }) => repair !== undefined).length;
      if (repairs > 0 && /\.jsonc?$/.test(file))
        context.log(`${repairs} of ${diagnostics.length} can be repaired by itself: settle fix ${file} --write`);
      if (summary !== undefined) context.print(`${context.colors.green("ok")}  ${file}  ${summary}`);
    }
    const report = diagnosticsJson(found);
    context.document(report);
    return report.ok ? exitCodes.done : exitCodes.badInput;
  },
};
