import { type CommandDefinition, positiveNumber } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

export const drawCommand: CommandDefinition = {
  name: "draw",
  summary: "draw a circuit as papers do: states, errors, synapses by kind, a row for each level",
  examples: [
    ["settle draw conv-ngc -o conv-ngc.svg", "a picture that scales"],
    ["settle draw mine.json -o mine.png --scale 3", "pixels, three to one of the SVG"],
  ],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .requiredOption("-o, --output <file>", "FILE.svg or FILE.png")
      .option("--scale <factor>", "size of a PNG", positiveNumber, 2);
  },
  async run(context, command) {
    const { pictureFormatOf, writePicture } = await import("../write-picture.ts");
    const { output, scale } = command.opts<{ output: string; scale: number }>();
    const format = pictureFormatOf(output);
    const { compiled } = await compileCircuit(command.args[0] ?? "", context);
    const { drawCircuit } = await import("@settle/settle");
    await writePicture(await drawCircuit(compiled), output, scale, context);
    context.print(`Wrote ${output}.`);
    context.document({ file: output, format, circuit: compiled.graph.name });
    return exitCodes.done;
  },
};
