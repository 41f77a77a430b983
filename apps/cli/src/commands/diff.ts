import type { CircuitDiff } from "@settle/settle";
import { type CommandDefinition, positiveNumber } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

export const diffCommand: CommandDefinition = {
  name: "diff",
  summary: "the structural difference of two circuits, in words and as a picture",
  examples: [
    ["settle diff ngc pcn", "what changes from the first to the second"],
    ["settle diff conv-ngc mine.json -o diff.svg", "and a picture: added green, removed red, changed amber"],
    ["settle diff ngc pcn --json", "for a script"],
  ],
  define(command) {
    command
      .argument("<before>", "a circuit file or a predefined name")
      .argument("<after>", "another")
      .option("-o, --output <file>", "draw it as well: FILE.svg or FILE.png")
      .option("--scale <factor>", "size of a PNG", positiveNumber, 2);
  },
  async run(context, command) {
    const { pictureFormatOf, writePicture } = await import("../write-picture.ts");
    const { output, scale } = command.opts<{ output?: string; scale: number }>();
    if (output !== undefined) pictureFormatOf(output);
    const [before = "", after = ""] = command.args;
    const { compiled: a } = await compileCircuit(before, context);
    const { compiled: b } = await compileCircuit(after, context);
    const { diffCircuits, drawDiff, printDiff } = await import("@settle/settle");
    const diff = diffCircuits(a, b);
    context.print(printDiff(diff).trimEnd());
    if (output !== undefined) {
      await writePicture(await drawDiff(diff, a.graph, b.graph), output, scale, context);
      context.print(`\nWrote ${output}.`);
    }
    context.document(withoutAnalysis(diff, output));
    return exitCodes.done;
  },
};

/** `settle info --json` has the analyses; here only what differs. */
function withoutAnalysis({ analysis: _analysis, ...diff }: CircuitDiff, file: string | undefined): object {
  return file === undefined ? diff : { ...diff, file };
}
