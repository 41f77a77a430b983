import type { Colors } from "../context.ts";
import { formatScores } from "../format-scores.ts";
import { formatSeconds } from "../progress.ts";
import type { DemoResult } from "./write-demo-report.ts";

export interface SummaryOptions {
  readonly report: string;
  /** From the first line to the last. */
  readonly seconds: number;
  readonly colors: Colors;
}

/** What the demo says in the end. */
export function summarizeDemo({ digits, untrained, trained, plan }: DemoResult, options: SummaryOptions): string {
  const { report, seconds, colors } = options;
  const { denoising } = trained;
  const noisy = denoising.variants["noisy"] ?? {};
  const rows = {
    "reconstruction, untrained": untrained.reconstruction.metrics,
    "reconstruction, trained": trained.reconstruction.metrics,
    "the noisy images themselves": noisy,
    "denoised, untrained": untrained.denoising.metrics,
    "denoised, trained": denoising.metrics,
    "denoised, trained, clamped": denoising.variants["clamped"] ?? {},
    "denoised, trained, clamped, then released": denoising.variants["relaxed"] ?? {},
  };
  const layers = Object.entries(trained.reconstruction.discrepancy.errors).map(
    ([id, value]) =>
      `${id} ${untrained.reconstruction.discrepancy.errors[id]?.toFixed(2) ?? "–"} → ${value.toFixed(2)}`,
  );
  return [
    "",
    `After ${digits} digits, on ${plan.images} others (pixel values 0 … 255):`,
    formatScores(rows, colors),
    `Discrepancy by layer, before → after: ${layers.join(", ")}`,
    verdict(denoising.metrics.mse, noisy.mse, colors),
    "",
    `The paper's setting is another: batches of 500 at rate 0.001, for many epochs, and no bound on λmax; it`,
    `reports MSE 11.28 for reconstruction and 202.2 for denoising. This took ${formatSeconds(seconds)}.`,
    "",
    `${colors.bold("Pictures and curves:")} ${report}`,
    "Next:",
    "  settle data get cifar10                             real photographs, to train on as well",
    "  settle explain conv-ngc-stable                      the equations it ran",
    "  settle new mine --from conv-ngc                     a circuit of your own, to change and train:",
    "  settle train mine.json --data color-mnist --limit 2000 --batch 20 --rate 0.004",
    "  settle engines                                      what else could compute here",
  ].join("\n");
}

function verdict(denoised: number | undefined, noisy: number | undefined, { green, yellow }: Colors): string {
  if (denoised === undefined || noisy === undefined || !(denoised < noisy)) {
    return yellow("Denoising did not get below the noisy images' own error: give it more time, --seconds 300.");
  }
  const removed = Math.round(100 * (1 - denoised / noisy));
  return green(`Denoising takes away ${removed} % of the noise's error, never having seen a noisy image in training.`);
}
