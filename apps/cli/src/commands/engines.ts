import { Argument } from "commander";
import type { CommandDefinition } from "../command.ts";
import { exitCodes } from "../exit-code.ts";

interface InstallOptions {
  readonly cuda: boolean;
  readonly dryRun: boolean;
}

const installCommand: CommandDefinition = {
  name: "install",
  summary: "give tfjs:node and tfjs:node-gpu the TensorFlow they need",
  examples: [
    ["settle engines install tensorflow --dry-run", "say what would be fetched, and do nothing"],
    ["settle engines install tensorflow", "for the CPU"],
    ["settle engines install tensorflow --cuda", "for NVIDIA GPUs"],
  ],
  define(command) {
    command
      .addArgument(new Argument("<what>", "what to install").choices(["tensorflow"]))
      .option("--cuda", "the build for NVIDIA GPUs, with the CUDA libraries it needs", false)
      .option("--dry-run", "only say what would be fetched and where it would go", false);
  },
  async run(context, command) {
    const { installTensorflow } = await import("@settle/engine-tfjs");
    const { cuda, dryRun } = command.opts<InstallOptions>();
    const began = performance.now();
    const bar = context.progress({ title: "installing", total: 0, unit: "s" });
    let step = "";
    const tick = setInterval(() => bar.update(Math.round((performance.now() - began) / 1000), step), 1000);
    try {
      const installation = await installTensorflow({
        cuda,
        dryRun,
        signal: context.interrupt,
        onProgress: ({ kind, message }) => {
          if (kind === "step") step = message;
          bar.log(message);
        },
      });
      bar.stop();
      context.print(
        installation.installed
          ? `TensorFlow ${installation.tensorflow} is in ${installation.plan.folder}. Type: settle engines`
          : "Nothing was fetched.",
      );
      context.document(installation);
      return exitCodes.done;
    } finally {
      clearInterval(tick);
      bar.stop();
    }
  },
};

export const enginesCommand: CommandDefinition = {
  name: "engines",
  summary: "what can compute here, on which device, why the others cannot and what to type",
  examples: [
    ["settle engines", "the table"],
    ["settle engines --json", "the same for a script"],
    ["settle engines install tensorflow", "give tfjs:node a TensorFlow"],
    ["settle engines --clear-cache", "remove the compiled kernels that native keeps"],
  ],
  define(command) {
    command.option("--clear-cache", "remove the compiled kernels that the native engine keeps", false);
  },
  async run(context, command) {
    const { clearKernelCache, engines } = await import("@settle/settle");
    if (command.opts<{ clearCache: boolean }>().clearCache) {
      const freed = await clearKernelCache();
      context.print(`Removed ${(freed / 1e6).toFixed(1)} MB of compiled kernels.`);
      context.document({ freed });
      return exitCodes.done;
    }
    const report = await engines();
    context.document({
      engines: report.engines.map((each) => ({ ...each, description: undefined })),
      auto: report.auto,
    });
    const { green, dim, bold } = context.colors;
    const width = Math.max(...report.engines.map((each) => each.name.length));
    for (const each of report.engines) {
      const name = bold(each.name.padEnd(width));
      if (each.available) {
        const chosen = each.name === report.auto ? green("  ← auto") : "";
        context.print(`${green("✓")} ${name}  ${each.device}, ${each.version}${chosen}`);
      } else {
        context.print(`${dim("✗")} ${name}  ${dim(each.reason)}`);
        if (each.remedy !== undefined) context.print(`  ${" ".repeat(width)}  → ${each.remedy}`);
      }
    }
    return exitCodes.done;
  },
  parts: [installCommand],
};
