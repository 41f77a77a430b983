import { type CommandDefinition, wholeNumber } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

interface VerifyCommandOptions {
  readonly engine?: string;
  readonly seed: number;
}

export const verifyCommand: CommandDefinition = {
  name: "verify",
  summary: "prove what can be proved about a circuit: its rules, its equilibrium, the engines against each other",
  examples: [
    ["settle verify conv-ngc", "rules against finite differences, every engine against the reference engine"],
    ["settle verify mine.json --engine native", "one engine only"],
    ["settle verify mine.json --json", "every check with its error, for a script"],
  ],
  define(command) {
    command
      .argument("<circuit>", "a circuit file or a predefined name")
      .option("--engine <name>", "compare this engine only; default every one that works here")
      .option("--seed <n>", "where weights and points come from", wholeNumber(0), 1);
  },
  async run(context, command) {
    const { loadCircuit, printVerification, verify } = await import("@settle/settle");
    const { engine, seed } = command.opts<VerifyCommandOptions>();
    const circuit = await loadCircuit(command.args[0] ?? "", { from: context.terminal.cwd });
    const verification = await verify(circuit, {
      seed,
      ...(engine !== undefined && { engines: [engine] }),
      signal: context.interrupt,
      onStage: (stage) => context.log(`verifying: ${stage}`),
    });
    const { bold, green, red } = context.colors;
    context.print(printVerification(verification, { bold, good: green, bad: red }));
    context.document(verification);
    return verification.ok ? exitCodes.done : exitCodes.badInput;
  },
};
