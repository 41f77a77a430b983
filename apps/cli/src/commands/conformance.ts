import { resolve } from "node:path";
import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

export const conformanceCommand: CommandDefinition = {
  name: "conformance",
  summary: "run a folder of fixtures on an engine and compare what it computes with what they expect",
  examples: [
    ["settle conformance fixtures --engine tfjs:wasm", "one engine"],
    ["settle conformance fixtures --engine reference --json", "every check with its error, for a script"],
  ],
  define(command) {
    command
      .argument("<dir>", "a folder of conformance files")
      .option("--engine <name>", "which engine; `settle engines` lists them", "auto");
  },
  async run(context, command) {
    const { runConformance } = await import("@settle/conformance");
    const { chooseEngine } = await import("@settle/settle");
    const engine = await chooseEngine(command.opts<{ engine: string }>().engine);
    const { green, red, yellow } = context.colors;
    const report = await runConformance(resolve(context.terminal.cwd, command.args[0] ?? ""), engine, {
      signal: context.interrupt,
      onFixture: ({ name, ok, checks, skipped, diagnostics = [] }) => {
        if (skipped !== undefined) return context.print(`${yellow("skip")}  ${name}  ${skipped}`);
        const worst = Math.max(0, ...checks.map((check) => check.maxRelativeError ?? Infinity));
        context.print(
          `${ok ? green("pass") : red("FAIL")}  ${name}  ${checks.length} checks, largest error ${worst.toExponential(1)}`,
        );
        for (const check of checks.filter((each) => !each.ok)) {
          context.print(`      ${check.what}: ${check.maxRelativeError ?? "not comparable"} > ${check.tolerance}`);
        }
        for (const { code, message } of diagnostics) context.print(`      ${code}: ${message}`);
      },
    });
    context.print(`${report.engine}: ${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped`);
    context.document(report);
    return report.failed === 0 ? exitCodes.done : exitCodes.runFailed;
  },
};
