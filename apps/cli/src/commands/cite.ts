import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

export const citeCommand: CommandDefinition = {
  name: "cite",
  summary: "print the references a circuit builds on, as BibTeX",
  examples: [
    ["settle cite conv-ngc", "on the screen"],
    ["settle cite mine.json > references.bib", "for a paper"],
  ],
  define(command) {
    command.argument("<circuit>", "a circuit file or a predefined name");
  },
  async run(context, command) {
    const { citeCircuit, loadCircuit } = await import("@settle/settle");
    const { spec } = await loadCircuit(command.args[0] ?? "", context.loading);
    const references = await citeCircuit(spec);
    if (references.length === 0) context.log(`"${spec.name}" names no sources; add "sources" to the file.`);
    for (const each of references) context.print(each.bibtex);
    context.document({ name: spec.name, references });
    return exitCodes.done;
  },
};
