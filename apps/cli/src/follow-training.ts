import type { Diagnostic, TrainingEvent } from "@settle/settle";
import type { Context } from "./context.ts";
import { formatSeconds, type Progress } from "./progress.ts";

export interface FollowedTraining {
  readonly onEvent: (event: TrainingEvent) => void;
  stop(): void;
}

/** Shows a training as it goes: a bar over all its images, a line per epoch. */
export function followTraining(context: Context, epochs: number): FollowedTraining {
  let bar: Progress | undefined;
  let samples = 0;
  let done = 0;
  let lambdaMax = "";
  return {
    onEvent(event) {
      switch (event.kind) {
        case "start": {
          samples = event.samples;
          const { resumed } = event;
          if (resumed !== undefined) {
            const { epoch, step, updates } = resumed.position;
            done = (epoch - 1) * samples + step * event.batch;
            context.log(
              `Going on after ${updates} updates, in epoch ${epoch}${step > 0 ? `, step ${step}` : ""}` +
                `${resumed.exact ? ", bit for bit as if it had not stopped" : ""}.`,
            );
          }
          bar = context.progress({ title: "training", total: epochs * samples, unit: "images", done });
          return;
        }
        case "stability":
          lambdaMax = `, λmax ${event.estimate.lambdaMax.toFixed(1)}`;
          if (event.diagnostic !== undefined) bar?.log(warningLine(event.diagnostic));
          return;
        case "step":
          done += event.samples;
          bar?.update(
            done,
            `epoch ${event.epoch}/${epochs}, discrepancy ${event.discrepancy.total.toFixed(2)}${lambdaMax}, ` +
              `${event.imagesPerSecond.toFixed(0)} images/s`,
          );
          return;
        case "epoch-end":
          bar?.log(
            `epoch ${event.epoch}/${epochs}: discrepancy ${event.discrepancy.total.toFixed(3)} ` +
              `(mean over ${event.samples} images), ${formatSeconds(event.seconds)}`,
          );
          return;
        case "validation":
          bar?.log(`  validation: discrepancy ${event.discrepancy.total.toFixed(3)} (${event.samples} images)`);
          return;
        case "epoch-start":
        case "checkpoint":
        case "diverged":
        case "interrupted":
        case "done":
          return;
        default:
          event satisfies never;
      }
    },
    stop: () => bar?.stop(),
  };
}

const warningLine = ({ code, message, help }: Diagnostic): string =>
  `warning[${code}]  ${message}${help === undefined ? "" : `\n  help: ${help}`}`;
