import type { DatasetInfo } from "@settle/settle";
import { resolve } from "node:path";
import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

const getCommand: CommandDefinition = {
  name: "get",
  summary: "fetch the official files of a data set and check them",
  examples: [
    ["settle data get cifar10", "into data/cifar10"],
    ["settle data get cifar10 ~/sets/cifar10", "into a folder of your choice; an interrupted fetch goes on"],
  ],
  define(command) {
    command.argument("<name>", "a known data set").argument("[dir]", "where to; default data/NAME");
  },
  async run(context, command) {
    const { getDataset } = await import("@settle/settle");
    const [name = "", folder = `data/${name}`] = command.args;
    const dir = resolve(context.terminal.cwd, folder);
    const bar = context.progress({ title: name, total: 0, unit: "MB" });
    try {
      const got = await getDataset(name, dir, {
        signal: context.interrupt,
        onLog: (text) => bar.log(text),
        onProgress: ({ file, bytes, total }) => bar.update(megabytes(bytes), file, megabytes(total ?? 0)),
      });
      bar.stop();
      context.print(`${name} is in ${dir}. Use it as --data ${name}:${folder}`);
      context.document({ name, dir, ...got });
      return exitCodes.done;
    } finally {
      bar.stop();
    }
  },
};

export const dataCommand: CommandDefinition = {
  name: "data",
  summary: "the known data sets, where they come from and under which terms",
  examples: [
    ["settle data", "the list"],
    ["settle data get cifar10", "fetch one"],
    ["settle train conv-ngc --data color-mnist", "one that needs no files"],
  ],
  define(command) {
    command.argument("[list]", "the same as without it");
  },
  async run(context, command) {
    const [word] = command.args;
    if (word !== undefined && word !== "list") {
      command.error(`error: settle data does not know '${word}'. Type: settle data, settle data get NAME [DIR]`, {
        exitCode: exitCodes.wrongUsage,
      });
    }
    const { listDatasets } = await import("@settle/settle");
    const datasets = listDatasets();
    context.document({ datasets });
    for (const each of datasets) context.print(`${describe(each, context.colors.bold(each.name))}\n`);
    context.print("NAME:DIR reads official files from a folder; a folder of PNG or JPEG pictures works as it is.");
    return exitCodes.done;
  },
  parts: [getCommand],
};

function describe(info: DatasetInfo, heading: string): string {
  const { train, validation, test } = info.splits;
  const counts = [train, validation, test].map((count) => count.toLocaleString("en")).join(" / ");
  return [
    `${heading}  ${info.what}`,
    `  ${info.shape.join(" × ")}, ${counts} (train / validation / test)`,
    `  from   ${info.homepage}${info.builtIn ? "  (works as it is)" : `  → settle data get ${info.name}`}`,
    `  terms  ${info.terms}`,
    `  cite   ${info.cite}`,
  ].join("\n");
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
