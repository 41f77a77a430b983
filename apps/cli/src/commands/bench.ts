import { cpus, loadavg } from "node:os";
import { measureSides, type SideResult } from "../bench/measure-sides.ts";
import { startSide } from "../bench/start-side.ts";
import { type CommandDefinition, wholeNumber } from "../command.ts";
import { compileCircuit } from "../compile-circuit.ts";
import { exitCodes } from "../exit-code.ts";

interface BenchOptions {
  readonly engine?: readonly string[];
  readonly batch: number;
  readonly rounds: number;
  readonly threads?: number;
  readonly seed: number;
}

/** Seconds one settle may take; slower engines get fewer samples. */
const patience = 10;

export const benchCommand: CommandDefinition = {
  name: "bench",
  summary: "speed and memory of the engines here, in turn, as ratios",
  examples: [
    ["settle bench", "Conv-NGC on every engine that works here"],
    ["settle bench mine.json --engine native --engine wasm", "your circuit on two of them; ratios to the first"],
    ["settle bench ngc --batch 512 --threads 1 --json", "the figures for a script"],
  ],
  define(command) {
    command
      .argument("[circuit]", "a circuit file or a predefined name", "conv-ngc")
      .option(
        "--engine <name>",
        "an engine to measure, again for another; default: all that work here, the fastest first",
        (name: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), name],
      )
      .option("--batch <n>", "samples settled together", wholeNumber(1), 100)
      .option("--rounds <n>", "how often each engine has its turn", wholeNumber(1), 5)
      .option("--threads <n>", "how many threads an engine may use", wholeNumber(1))
      .option("--seed <n>", "where all random numbers come from", wholeNumber(0), 1);
  },
  async run(context, command) {
    const { engine: named, batch, rounds, threads, seed } = command.opts<BenchOptions>();
    const { circuit } = await compileCircuit(command.args[0] ?? "conv-ngc", context);
    const { chooseEngine, engines } = await import("@settle/settle");
    const report = await engines();
    const wanted =
      named === undefined
        ? report.engines
            .filter(({ available }) => available)
            .map(({ name }) => name)
            .toSorted((a, b) => Number(b === report.auto) - Number(a === report.auto))
        : await Promise.all(named.map(async (name) => (await chooseEngine(name)).name));
    const versionOf = (name: string): string => {
      const status = report.engines.find((each) => each.name === name);
      return status?.available === true ? status.version : "";
    };
    const sides = wanted.map((engine) =>
      startSide({
        spec: circuit.spec,
        engine,
        version: versionOf(engine),
        seed,
        ...(threads !== undefined && { threads }),
      }),
    );
    const bar = context.progress({ title: "measuring", total: (rounds + 1) * wanted.length, unit: "turns" });
    let turn = 0;
    try {
      const signal = context.interrupt;
      const onTurn = (what: string): void => bar.update(turn++, what);
      const results = await measureSides(sides, { samples: batch, rounds, patience, signal, onTurn });
      bar.stop();
      const machine = {
        processor: cpus()[0]?.model.trim() ?? process.arch,
        cores: cpus().length,
        node: process.version,
      };
      context.document({ circuit: circuit.spec.name, machine: { ...machine, load: loadavg()[0] }, sides: results });
      context.print(`${circuit.spec.name}, T = ${results[0]!.steps}, ${rounds} rounds in turn, medians`);
      context.print(
        `${machine.processor}, ${machine.cores} cores, Node ${machine.node}, load ${loadavg()[0]!.toFixed(1)}`,
      );
      for (const line of table(results)) context.print(line);
      return exitCodes.done;
    } catch (fault) {
      // A process that Ctrl-C ended as well is no fault of its own.
      context.interrupt.throwIfAborted();
      throw fault;
    } finally {
      bar.stop();
      for (const side of sides) side.end();
    }
  },
};

function table(results: readonly SideResult[]): readonly string[] {
  const rows = [
    [
      "engine",
      "samples/s",
      "slowest … fastest",
      "speed",
      "per core-second",
      "MB",
      "memory",
      "at 4T",
      "loads in",
      "batch",
    ],
    ...results.map((each) => {
      const { median, slowest, fastest } = each.samplesPerSecond;
      return [
        each.engine,
        figure(median),
        `${figure(slowest)} … ${figure(fastest)}`,
        `${figure(each.speed)} ×`,
        figure(each.perCoreSecond),
        each.megabytes.toFixed(0),
        `${each.memory.toFixed(2)} ×`,
        each.moreForLonger === undefined ? "–" : `+ ${Math.max(0, each.moreForLonger).toFixed(0)} MB`,
        `${(1000 * each.loadSeconds).toFixed(0)} ms`,
        String(each.samples),
      ];
    }),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  "),
  );
}

const figure = (value: number): string => (value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
