import { Option } from "commander";
import { type CommandDefinition, positiveNumber, wholeNumber } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { addPriorOptions, openPrior, type PriorOptions } from "../open-prior.ts";
import { renderDiagnostics } from "../render-diagnostics.ts";

interface DensityOptions extends PriorOptions {
  readonly data?: string;
  readonly split: "train" | "validation" | "test" | "all";
  readonly draws: number;
  readonly proposal: "prior" | "posterior";
  readonly likelihood: "gaussian" | "bernoulli";
  readonly deviation: number;
  readonly fit?: number;
}

export const densityCommand: CommandDefinition = {
  name: "density",
  summary: "estimate log p(x) of images under a trained circuit",
  examples: [
    ["settle density runs/first --limit 100", "of the first test images of what it was trained on"],
    ["settle density runs/first --data cifar10:DIR --limit 100", "of other images"],
    ["settle density runs/mnist --likelihood bernoulli --draws 5000", "binary images, as the NGC paper does"],
    ["settle density runs/first --proposal posterior --draws 500 --limit 20", "draws around where each image settles"],
  ],
  define(command) {
    command
      .argument("<run>", "a run folder")
      .option("--data <data>", "NAME, NAME:DIR or a folder of pictures; default what the run was trained on")
      .addOption(
        new Option("--split <split>", "which part of the data")
          .choices(["train", "validation", "test", "all"])
          .default("test"),
      )
      .option("--draws <n>", "Monte-Carlo draws", wholeNumber(2), 5000)
      .addOption(
        new Option("--proposal <kind>", "draws of the prior, or half of them around where each image settles")
          .choices(["prior", "posterior"])
          .default("prior"),
      )
      .addOption(
        new Option("--likelihood <kind>", "what a pixel is, given its prediction; bernoulli binarises the images")
          .choices(["gaussian", "bernoulli"])
          .default("gaussian"),
      )
      .option("--deviation <sd>", "gaussian: its standard deviation, on the scale 0 … 1", positiveNumber, 0.1)
      .option("--fit <n>", "training images that the prior is fitted to; default all", wholeNumber(1));
    addPriorOptions(command);
  },
  async run(context, command) {
    const { binarized } = await import("@settle/data");
    const { estimateDensity, openDataset } = await import("@settle/settle");
    const options = command.opts<DensityOptions>();
    const began = performance.now();
    const opened = await openPrior(command.args[0] ?? "", options, options.fit, context);
    const { prior, session, run } = opened;
    try {
      const data = await openDataset(options.data ?? opened.reference, {
        split: options.split,
        ...(options.limit !== undefined && { limit: options.limit }),
      });
      try {
        await renderDiagnostics(data.notes, undefined, context);
        const bar = context.progress({ title: "density", total: data.size, unit: "images" });
        try {
          const estimate = await estimateDensity(prior, session, {
            source: options.likelihood === "bernoulli" ? binarized(data) : data,
            likelihood:
              options.likelihood === "bernoulli"
                ? { kind: "bernoulli" }
                : { kind: "gaussian", deviation: options.deviation },
            draws: options.draws,
            proposal: options.proposal,
            onProgress: (done, total) => bar.update(done, "", total),
            signal: context.interrupt,
          });
          bar.stop();
          const { logDensity, drawError, effectiveDraws, imageError, asReleased } = estimate;
          context.print(
            `log p(x) of ${estimate.images} images of ${data.name}: ${logDensity.toFixed(2)} ± ${drawError.toFixed(2)} nats (${options.draws} draws), ± ${imageError.toFixed(2)} over images; ${estimate.bitsPerNumber.toFixed(3)} bits a number.`,
          );
          if (effectiveDraws < 10) {
            context.log(
              `An image's estimate rests on ${effectiveDraws.toFixed(1)} draws: it is a lower bound, and its error is larger than told. Use more --draws, --proposal posterior, or a larger --deviation.`,
            );
          }
          if (asReleased !== undefined) {
            context.print(
              `The script released with the NGC paper would print ${asReleased.toFixed(2)}: it adds log M where it should subtract it.`,
            );
          }
          context.document({
            run: run.dir,
            data: data.name,
            ...estimate,
            likelihood: options.likelihood,
            ...(options.likelihood === "gaussian" && { deviation: options.deviation }),
            proposal: options.proposal,
            prior: { components: prior.fit.mixture.weights.length, samples: prior.samples, size: prior.size },
            seconds: { total: (performance.now() - began) / 1000 },
            engine: { name: session.engine.name, device: session.engine.device },
          });
          return exitCodes.done;
        } finally {
          bar.stop();
        }
      } finally {
        await data.close();
      }
    } finally {
      await opened.dispose();
    }
  },
};
