import type { PartResult, Reproduction, Size } from "@settle/baselines";
import type { ReproductionDifferences } from "@settle/experiments";
import { InvalidArgumentError, Option } from "commander";
import { resolve } from "node:path";
import { type CommandDefinition, wholeNumber } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { formatSeconds } from "../progress.ts";

interface ReproduceOptions {
  readonly size: Size;
  readonly data: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly resume: boolean;
  readonly seeds?: number;
  readonly only?: readonly string[];
  readonly epochs?: number;
  readonly samples?: number;
  readonly tested?: number;
  readonly engine: string;
  readonly threads?: number;
}

export const reproduceCommand: CommandDefinition = {
  name: "reproduce",
  summary: "make the papers' tables again, ours beside theirs",
  examples: [
    ["settle reproduce", "which tables there are"],
    ["settle reproduce color-mnist", "a subset, in minutes; nothing to download"],
    ["settle reproduce mnist", "the same: GNCN on binary digits, a supervised network on grey ones"],
    ["settle reproduce cifar10 --data cifar10:DIR --only conv-ngc,conv-ae", "two contenders, official files in DIR"],
    ["settle reproduce svhn --size full --data svhn:A --data cifar10:B --data cinic10:C", "hours"],
    ["settle reproduce svhn --size full --data svhn:A --data cifar10:B --data cinic10:C --resume", "goes on with it"],
  ],
  define(command) {
    command
      .argument("[table]", "without it, the tables are listed")
      .addOption(
        new Option("--size <size>", "small: a subset, minutes; full: all of it")
          .choices(["small", "full"])
          .default("small"),
      )
      .option("--data <name:dir>", "where a set's official files are; may be given several times", addFolder, {})
      .option("--run <dir>", "where everything is kept; default runs/reproduce-TABLE-SIZE")
      .option("--resume", "go on with what is there", false)
      .option("--seeds <n>", "trainings of each contender; default 2 at small size, 5 at full", wholeNumber(1))
      .option("--only <name,…>", "some contenders only", (text) => text.split(","))
      .option("--epochs <n>", "instead of the size's number", wholeNumber(1))
      .option("--samples <n>", "training images, instead of the size's number", wholeNumber(1))
      .option("--tested <n>", "test images, instead of the size's number", wholeNumber(1))
      .option("--engine <name>", "what computes the circuits; `settle engines` lists them", "auto")
      .option("--threads <n>", "how many threads the engine may use", wholeNumber(1));
  },
  async run(context, command) {
    const { contendersOf, reproduce, setsOf, tables } = await import("@settle/baselines");
    const { closest, settleError } = await import("@settle/diagnostics");
    const [name] = command.args;
    if (name === undefined) {
      const listed = tables.map((table) => ({
        name: table.name,
        title: table.title,
        contenders: contendersOf(table).map((one) => one.name),
        data: setsOf(table, "full").filter((set) => !set.startsWith("binary:")),
      }));
      for (const { name: each, title, contenders, data } of listed) {
        context.print(`${each.padEnd(12)} ${title}: ${contenders.join(", ")}; data: ${data.join(", ")}`);
      }
      context.document({ tables: listed });
      return exitCodes.done;
    }
    const definition = tables.find((each) => each.name === name);
    if (definition === undefined) {
      const names = tables.map((each) => each.name);
      const near = closest(name, names);
      throw settleError("reproduce/unknown-table", `There is no table "${name}".`, {
        help: near === undefined ? `there are ${names.join(", ")}.` : `did you mean "${near}"?`,
      });
    }
    const options = command.opts<ReproduceOptions>();
    const dir = resolve(context.terminal.cwd, options.run ?? `runs/reproduce-${name}-${options.size}`);
    const began = performance.now();
    const bar = context.progress({ title: name, total: 1000, unit: "%" });
    let before = 0;
    let of = 1;
    let part = "";
    try {
      const reproduction = await reproduce(dir, definition, {
        size: options.size,
        folders: options.data,
        resume: options.resume,
        engine: options.engine,
        command: ["settle", ...context.argv],
        signal: context.interrupt,
        ...(options.threads !== undefined && { threads: options.threads }),
        ...(options.seeds !== undefined && { seeds: options.seeds }),
        ...(options.only && { contenders: options.only }),
        changes: {
          ...(options.epochs !== undefined && { epochs: options.epochs }),
          ...(options.samples !== undefined && { samples: options.samples }),
          ...(options.tested !== undefined && { tested: options.tested }),
        },
        onPart(started) {
          before = started.nth - 1;
          of = started.of;
          part = started.name;
        },
        onProgress: (share, text) => bar.update(Math.round((1000 * (before + share)) / of), `${part}: ${text}`, 1000),
        onResult: (result, kept) => context.log(describe(result, kept)),
      });
      bar.stop();
      const { compareReproduction } = await import("@settle/experiments");
      const differences = await compareReproduction(reproduction);
      report(context, reproduction, differences, (performance.now() - began) / 1000);
      return reproduction.parts.some(({ failed }) => failed !== undefined) ? exitCodes.runFailed : exitCodes.done;
    } catch (fault) {
      bar.stop();
      if (context.interrupt.aborted) context.log(`Finished parts are kept in ${dir}. Go on by adding --resume.`);
      throw fault;
    } finally {
      bar.stop();
    }
  },
};

function describe({ plan, tests, failed, seconds }: PartResult, kept: boolean): string {
  const what = `${plan.contender.name}, seed ${plan.seed}`;
  if (failed !== undefined) return `${what}: failed. ${failed}`;
  const scores = tests.map(({ key, task, reading, scores: found }) => {
    const [metric = "", value = Number.NaN] = Object.entries(found)[0] ?? [];
    return `${key} ${task}${reading === "" ? "" : ` (${reading})`} ${metric} ${value.toFixed(2)}`;
  });
  return `${what}: ${scores.join(", ")}; ${kept ? "kept from before" : formatSeconds(seconds)}`;
}

function report(
  context: Context,
  { table, size, dir, parts, markdown }: Reproduction,
  differences: ReproductionDifferences | undefined,
  seconds: number,
): void {
  context.print(markdown);
  if (differences !== undefined) context.print(`## Differences\n\n${differences.markdown}`);
  context.print(`Kept in ${dir}: table.md, a JSON file per part, run folders of the circuits.`);
  context.document({
    table,
    size,
    run: dir,
    parts,
    ...(differences && { comparisons: differences.comparisons }),
    seconds: { total: seconds },
  });
}

function addFolder(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf(":");
  if (at < 1) throw new InvalidArgumentError("It must be NAME:DIR, such as cifar10:data/cifar10.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
