import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

export const enginesCommand: CommandDefinition = {
  name: "engines",
  summary: "what can compute here, on which device, why the others cannot and what to type",
  examples: [
    ["settle engines", "the table"],
    ["settle engines --json", "the same for a script"],
    ["settle engines install tensorflow", "give tfjs:node a TensorFlow"],
  ],
  define() {},
  async run(context) {
    const { engines } = await import("@settle/settle");
    const report = await engines();
    context.document({
      engines: report.engines.map(({ description: _, ...status }) => status),
      auto: report.auto,
    });
    const { green, dim, bold } = context.colors;
    const width = Math.max(...report.engines.map((each) => each.name.length));
    for (const each of report.engines) {
      const name = bold(each.name.padEnd(width));
      if (each.available) {
        const chosen = each.name === report.auto ? green("  ← auto") : "";
        context.print(`${green("✓")} ${name}  ${each.device}, ${each.version}${chosen}`);
      } else {
        context.print(`${dim("✗")} ${name}  ${dim(each.reason)}`);
        if (each.remedy !== undefined) context.print(`  ${" ".repeat(width)}  → ${each.remedy}`);
      }
    }
    return exitCodes.done;
  },
  parts: [],
};
