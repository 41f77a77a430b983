import { Option } from "commander";
import type { CommandDefinition } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";
import { writeResult } from "../write-result.ts";

const forms = ["program", "c", "wasm", "onnx"] as const;

export const compileCommand: CommandDefinition = {
  name: "compile",
  summary: "write the Program of a circuit, or the code an engine makes of it",
  examples: [
    ["settle compile conv-ngc -o conv-ngc.program.json", "the instructions, with every observed node clamped"],
    ["settle compile conv-ngc -o conv-ngc.c --emit c", "the C that the native engine builds here"],
    ["settle compile conv-ngc -o conv-ngc.onnx --emit onnx", "the settle as an ONNX model, untrained"],
    ["settle compile conv-ngc -o conv-ngc.wat --emit wasm", "the text of the wasm engine's module"],
  ],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .requiredOption("-o, --output <file>", "where to write it")
      .addOption(
        new Option("--emit <what>", "the Program, or what an engine would run").choices(forms).default("program"),
      );
  },
  async run(context, command) {
    const { emitCode, serializeProgram } = await import("@settle/settle");
    const { output, emit } = command.opts<{ output: string; emit: (typeof forms)[number] }>();
    const { compiled } = await compileCircuit(command.args[0] ?? "", context);
    const { program } = compiled;
    const content = emit === "program" ? serializeProgram(program) : await emitCode(program, emit);
    await writeResult(output, content, context);
    const { buffers, circuit, phases } = program;
    const instructions = Object.values(phases).reduce((sum, phase) => sum + phase.instructions.length, 0);
    const size = typeof content === "string" ? `${content.split("\n").length} lines` : `${content.length} bytes`;
    context.print(
      emit === "program"
        ? `Wrote ${output}: ${instructions} instructions on ${buffers.length} buffers.`
        : `Wrote ${output}: ${size}.`,
    );
    context.document({ file: output, emit, circuit, instructions, buffers: buffers.length });
    return exitCodes.done;
  },
};
