import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";
import { writeResult } from "../write-result.ts";

export const fixCommand: CommandDefinition = {
  name: "fix",
  summary:
    "repair what the diagnostics of a circuit or experiment file know how to repair; shows the changes, --write makes them",
  examples: [
    ["settle fix mine.json", "what would change, as a diff"],
    ["settle fix mine.json --write", "change the file; comments and layout stay"],
    ["settle fix mine.json --json", "the repairs as JSON Patches, for a script"],
  ],
  define(command) {
    command
      .argument("<file>", "a circuit or experiment file, .json or .jsonc")
      .option("--write", "change the file", false);
  },
  async run(context, command) {
    const { diagnosticsJson, fixCircuit } = await import("@settle/settle");
    const { fixExperiment, isExperimentFile } = await import("@settle/experiments");
    const { createTwoFilesPatch } = await import("diff");
    const { cwd } = context.terminal;
    const { write } = command.opts<{ write: boolean }>();
    const [named = ""] = command.args;
    const repair = (await isExperimentFile(named, { from: cwd })) ? fixExperiment : fixCircuit;
    const { file, before, after, applied, remaining, source, ok } = await repair(named, { from: cwd });
    const changed = after !== before;
    if (changed) {
      const patch = createTwoFilesPatch(file, `${file} (repaired)`, before, after, undefined, undefined, {
        context: 2,
      });
      context.print(patch.trimEnd());
      for (const { diagnostic } of applied) context.log(`repaired [${diagnostic.code}]: ${diagnostic.message}`);
    }
    if (changed && write) await writeResult(file, after, context);
    if (!changed) context.print(ok ? `${file} needs no repair.` : `${file}: nothing that could be repaired by itself.`);
    else if (write) context.print(`Wrote ${file}: ${applied.length} ${applied.length === 1 ? "repair" : "repairs"}.`);
    else context.log("Nothing is written yet: --write changes the file.");
    await renderDiagnostics(remaining, source, context);
    context.document({
      ok,
      file,
      written: changed && write,
      repairs: applied.map(({ diagnostic: { code, message, pointer }, patch }) => ({ code, message, pointer, patch })),
      remaining: diagnosticsJson(remaining).diagnostics,
    });
    return ok ? exitCodes.done : exitCodes.badInput;
  },
};
