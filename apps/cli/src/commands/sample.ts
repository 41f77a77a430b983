import { resolve } from "node:path";
import { type CommandDefinition, wholeNumber } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { addPriorOptions, openPrior, type PriorOptions } from "../open-prior.ts";

interface SampleOptions extends PriorOptions {
  readonly count: number;
  readonly output?: string;
}

export const sampleCommand: CommandDefinition = {
  name: "sample",
  summary: "draw images from what a trained circuit has learned",
  examples: [
    ["settle sample runs/first", "64 images, in the run folder"],
    ["settle sample runs/first --components 20 --limit 500 -o digits.png", "a smaller prior, fitted to 500 images"],
  ],
  define(command) {
    command
      .argument("<run>", "a run folder")
      .option("--count <n>", "images to draw", wholeNumber(1), 64)
      .option("-o, --output <file>", "where the picture goes; default images/sample.png of the run");
    addPriorOptions(command);
  },
  async run(context, command) {
    const { contactSheet, encodePng, pictureOf, writeWhole } = await import("@settle/runs");
    const options = command.opts<SampleOptions>();
    const began = performance.now();
    const { prior, run, session, dispose, data } = await openPrior(
      command.args[0] ?? "",
      options,
      options.limit,
      context,
    );
    try {
      const images = await prior.project(prior.draw(options.count));
      const across = Math.ceil(Math.sqrt(options.count));
      const pictures = Array.from({ length: options.count }, (_, i) => pictureOf(images, prior.image.shape, i));
      const rows = Array.from({ length: Math.ceil(options.count / across) }, (_, row) =>
        pictures.slice(row * across, (row + 1) * across),
      );
      const sheet = contactSheet(rows);
      const picture =
        options.output === undefined
          ? await run.writePicture("sample", sheet)
          : resolve(context.terminal.cwd, options.output);
      if (options.output !== undefined) await writeWhole(picture, encodePng(sheet), "write the picture");
      const { mixture, meanLogDensity, rounds } = prior.fit;
      context.print(
        `${options.count} images drawn from a mixture of ${mixture.weights.length} Gaussians over ${prior.tops.map(({ id }) => id).join(", ")} (${prior.size} numbers), fitted to ${prior.samples} images of ${data}: ${picture}`,
      );
      context.document({
        run: run.dir,
        data,
        images: options.count,
        picture,
        prior: {
          states: prior.tops.map(({ id }) => id),
          size: prior.size,
          components: mixture.weights.length,
          covariance: mixture.covariance,
          samples: prior.samples,
          rounds,
          meanLogDensity,
        },
        seconds: { total: (performance.now() - began) / 1000 },
        engine: { name: session.engine.name, device: session.engine.device },
      });
      return exitCodes.done;
    } finally {
      await dispose();
    }
  },
};
