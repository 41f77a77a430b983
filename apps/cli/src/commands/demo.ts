import { type CommandDefinition, positiveNumber } from "../command.ts";

export interface DemoOptions {
  readonly run: string;
  readonly engine: string;
  readonly seconds: number;
}

export const demoCommand: CommandDefinition = {
  name: "demo",
  summary: "train Conv-NGC on real digits in under three minutes, and show what it learned",
  examples: [
    ["settle demo", "writes runs/demo with its report"],
    ["settle demo --seconds 600", "more digits, better pictures"],
    ["settle demo --engine tfjs:cpu", "with another engine"],
  ],
  define(command) {
    command
      .option("--run <dir>", "the run folder; an earlier demo there is replaced", "runs/demo")
      .option("--engine <name>", "what computes; `settle engines` lists them", "auto")
      .option("--seconds <n>", "time for settling and learning", positiveNumber, 115);
  },
  async run(context, command) {
    // Said before anything is loaded, so that the first line is there at once.
    context.log("Settle demo: Conv-NGC learns to reconstruct coloured handwritten digits, without backpropagation.");
    const { runDemo } = await import("../demo/run-demo.ts");
    return runDemo(context, command.opts<DemoOptions>());
  },
};
