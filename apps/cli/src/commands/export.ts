import { type Command, InvalidArgumentError, Option } from "commander";
import { type CommandDefinition, wholeNumber } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { writeResult } from "../write-result.ts";

const formats = ["onnx", "npz", "safetensors"] as const;
const modes = ["clamped", "released", "free", "masked"] as const;
type Modes = Readonly<Record<string, (typeof modes)[number]>>;

interface ExportCommandOptions {
  readonly to: (typeof formats)[number];
  readonly output?: string;
  readonly weights?: string;
  readonly mode: Modes;
  readonly seed: number;
}

export const exportCommand: CommandDefinition = {
  name: "export",
  summary: "write what a circuit learned, or all that it does, in formats that others read",
  examples: [
    ["settle export runs/first --to npz", "the weights, for numpy"],
    ["settle export runs/first --to safetensors -o mine.safetensors", "the weights, for anything"],
    ["settle export runs/first --to onnx", "start, every step and readout as one model, with the weights"],
    ["settle export conv-ngc --to onnx --weights w.npz --mode x=released", "weights from a file; x is let go"],
  ],
  define(command: Command) {
    command
      .argument("<source>", "a run folder, a circuit file or a predefined name")
      .addOption(new Option("--to <format>", "what to write").choices(formats).makeOptionMandatory())
      .option("-o, --output <file>", "where to write it; default NAME.FORMAT here")
      .option("--weights <file>", "a .safetensors or .npz file; default the run's newest checkpoint")
      .addOption(
        new Option("--mode <state=mode>", `onnx: what an observed state does (${modes.join(", ")}); may be repeated`)
          .argParser(parseMode)
          .default({}, "all clamped"),
      )
      .option("--seed <n>", "initial weights, where there are no others", wholeNumber(0), 1);
  },
  async run(context, command) {
    const { exportCircuit, openCircuitOrRun, weightsOfFile, weightsOfRun } = await import("@settle/settle");
    const { to, output, weights: file, mode, seed } = command.opts<ExportCommandOptions>();
    const from = context.terminal.cwd;
    const { circuit, run } = await openCircuitOrRun(command.args[0] ?? "", { from });
    const weights = file === undefined ? run && (await weightsOfRun(run)) : await weightsOfFile(file, { from });
    if (weights === undefined) context.log("No weights were given: these are the initial ones.");
    const bytes = await exportCircuit(circuit, {
      to,
      seed,
      modes: mode,
      ...(weights !== undefined && { weights }),
    });
    const name = output ?? `${circuit.spec.name}.${to}`;
    await writeResult(name, bytes, context);
    context.print(`Wrote ${name}: ${bytes.length.toLocaleString("en")} bytes.`);
    context.document({ file: name, to, bytes: bytes.length, trained: weights !== undefined });
    return exitCodes.done;
  },
};

function parseMode(text: string, before: Modes): Modes {
  const [, state, word] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const mode = modes.find((each) => each === word);
  if (state === undefined || mode === undefined) {
    throw new InvalidArgumentError(`It is STATE=MODE, a mode being one of ${modes.join(", ")}.`);
  }
  return { ...before, [state]: mode };
}
