/** Shows how far something has come, with the time left: a bar in a terminal, a line every few seconds elsewhere. */
import type { MultiBar, SingleBar } from "cli-progress";
import { createRequire } from "node:module";
import type { Output } from "./terminal.ts";

export interface ProgressOptions {
  /** `training`. */
  readonly title: string;
  /** How many of `unit` there are to do; 0 while unknown. */
  readonly total: number;
  /** `images`, `MB`; `%` shows which share of the total is done. */
  readonly unit: string;
  /** Done by an earlier session. Default 0. */
  readonly done?: number;
}

/** Where there is no bar; in the long run a line for every twentieth of the time so far, so that logs stay short. */
const secondsBetweenLines = (elapsed: number): number => Math.max(5, elapsed / 20);

export class Progress {
  readonly #output: Output;
  readonly #options: ProgressOptions;
  readonly #started = performance.now();
  readonly #bars: MultiBar | undefined;
  readonly #bar: SingleBar | undefined;
  readonly #quiet: boolean;
  #total: number;
  #lastLine: number;

  constructor(output: Output, options: ProgressOptions, quiet: boolean) {
    this.#output = output;
    this.#options = options;
    this.#quiet = quiet;
    this.#total = options.total;
    this.#lastLine = this.#started;
    if (quiet || output.isTTY !== true) return;
    // Loaded only where a bar is drawn. A MultiBar, because it can print lines above itself.
    const progress = createRequire(import.meta.url)("cli-progress") as typeof import("cli-progress");
    this.#bars = new progress.MultiBar({
      format: `${options.title} {bar} ${options.unit === "%" ? "{percentage} %" : `{value}/{total} ${options.unit}`}  {left}{note}`,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 20,
      hideCursor: true,
      clearOnComplete: true,
      fps: 8,
      linewrap: false,
      stream: output as NodeJS.WritableStream,
    });
    this.#bar = this.#bars.create(options.total, options.done ?? 0, { note: "", left: "" });
  }

  /** Says that `done` are done; `note` is shown behind (`discrepancy 12.3`); `total` where it was not known before. */
  update(done: number, note = "", total = this.#total): void {
    if (this.#quiet) return;
    if (total !== this.#total) this.#bar?.setTotal(total);
    this.#total = total;
    const left = this.#left(done);
    if (this.#bar !== undefined) {
      this.#bar.update(done, { note, left: left === "" ? "" : `${left}  ` });
      return;
    }
    const now = performance.now();
    if ((now - this.#lastLine) / 1000 < secondsBetweenLines((now - this.#started) / 1000)) return;
    this.#lastLine = now;
    const { title, unit } = this.#options;
    const ofTotal = unit === "%" ? `${Math.floor((100 * done) / total)} %` : `${done}/${total} ${unit}`;
    const parts = [total > 0 ? ofTotal : `${done} ${unit}`, left, note];
    this.#output.write(`${title}: ${parts.filter((part) => part !== "").join(", ")}\n`);
  }

  /** Prints a line above the bar. */
  log(text: string): void {
    if (this.#quiet) return;
    if (this.#bars === undefined) this.#output.write(`${text}\n`);
    else this.#bars.log(`${text}\n`);
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bars?.stop();
  }

  #left(done: number): string {
    const { done: before = 0 } = this.#options;
    const total = this.#total;
    if (total === 0 || done <= before || done >= total) return "";
    const elapsed = (performance.now() - this.#started) / 1000;
    return `${formatSeconds((elapsed * (total - done)) / (done - before))} left`;
  }
}

/** `7 s`, `2 min 05 s`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
