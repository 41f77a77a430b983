import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { CommandDefinition } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

export const compileCommand: CommandDefinition = {
  name: "compile",
  summary: "write the Program of a circuit: the instructions an engine runs",
  examples: [["settle compile conv-ngc -o conv-ngc.program.json", "with every observed node clamped"]],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .requiredOption("-o, --output <file>", "where to write it");
  },
  async run(context, command) {
    const { serializeProgram, settleError } = await import("@settle/settle");
    const { output } = command.opts<{ output: string }>();
    const { compiled } = await compileCircuit(command.args[0] ?? "", context);
    const text = serializeProgram(compiled.program);
    await writeFile(resolve(context.terminal.cwd, output), text).catch((fault: NodeJS.ErrnoException) => {
      throw settleError("output/unwritable", `"${output}" cannot be written: ${fault.message}.`, { cause: fault });
    });
    const { buffers, circuit, phases } = compiled.program;
    const instructions = Object.values(phases).reduce((sum, phase) => sum + phase.instructions.length, 0);
    context.print(`Wrote ${output}: ${instructions} instructions on ${buffers.length} buffers.`);
    context.document({ file: output, circuit, instructions, buffers: buffers.length });
    return exitCodes.done;
  },
};
