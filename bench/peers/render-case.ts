/** One case as a table for people. */
import { type Case, peakName } from "./contenders.ts";
import { type ContenderResult, median } from "./run-contenders.ts";

type Measured = Extract<ContenderResult, { kind: "measured" }>;

/** Floating-point operations of one request to the peak program. */
const peakFlop = 1e9;

/** @param flop floating-point operations of one settled sample, taps on the padding counted */
export function renderCase(
  { problem, batch, threads }: Case,
  flop: number,
  results: readonly ContenderResult[],
): string {
  const measured = results.filter((each): each is Measured => each.kind === "measured");
  const peak = measured.find(({ name }) => name === peakName);
  const peakPerSecond = peak === undefined ? undefined : (peakFlop / coreSecondsOf(peak, threads)) * threads;
  const ours =
    measured.find(({ name }) => name === "settle native") ?? measured.find(({ name }) => name === "settle wasm");
  const title = `${problem}, ${batch} samples, ${threads} thread${threads === 1 ? "" : "s"}, ${(flop / 1e6).toFixed(2)} MFLOP a sample`;
  const columns = ["contender", "samples/s", "slowest … fastest", "GFLOP/s", "of peak", `${ours?.name ?? "ours"} is`];
  columns.push(
    "per core-second",
    "of peak",
    `${ours?.name ?? "ours"} is`,
    "difference",
    "load + first, s",
    "MB",
    "samples taken",
  );
  const lines = [
    "",
    peakPerSecond === undefined ? title : `${title}; peak ${(peakPerSecond / 1e9).toFixed(0)} GFLOP/s`,
    "",
    row(columns),
    row(columns.map(() => "---")),
  ];
  for (const each of measured) {
    if (each === peak) continue;
    const perSecond = batch / secondsOf(each);
    const all = each.samples.map(({ seconds }) => seconds);
    const perCoreSecond = batch / coreSecondsOf(each, threads);
    const clean = each.samples.filter(({ spoilt }) => !spoilt).length;
    lines.push(
      row([
        each.name,
        figure(perSecond),
        `${figure(batch / Math.max(...all))} … ${figure(batch / Math.min(...all))}`,
        ((perSecond * flop) / 1e9).toFixed(1),
        peakPerSecond === undefined ? "" : `${((100 * perSecond * flop) / peakPerSecond).toFixed(1)} %`,
        ours === undefined ? "" : `${(secondsOf(each) / secondsOf(ours)).toFixed(2)} ×`,
        figure(perCoreSecond),
        peakPerSecond === undefined ? "" : `${((100 * perCoreSecond * flop * threads) / peakPerSecond).toFixed(1)} %`,
        ours === undefined ? "" : `${(coreSecondsOf(each, threads) / coreSecondsOf(ours, threads)).toFixed(2)} ×`,
        each.difference?.toExponential(1) ?? "",
        `${each.seconds.load.toFixed(1)} + ${each.seconds.first.toFixed(1)}`,
        each.memory === undefined ? "" : (each.memory / 1e6).toFixed(0),
        `${clean} clean of ${each.samples.length}`,
      ]),
    );
  }
  lines.push("");
  for (const version of new Set(measured.map((each) => each.version))) lines.push(`version: ${version}`);
  for (const each of results) if (each.kind === "missing") lines.push(`not here: ${each.name} (${each.reason})`);
  return lines.join("\n");
}

/** Median of the clean samples; where none is clean, the fastest, since others can only have made it slower. */
function secondsOf({ samples }: Measured): number {
  const clean = samples.filter(({ spoilt }) => !spoilt).map(({ seconds }) => seconds);
  return clean.length > 0 ? median(clean) : Math.min(...samples.map(({ seconds }) => seconds));
}

/**
 * Processor time of one settle, all threads together: what others do to the machine changes it little. Where it cannot
 * be known, as if all threads had been at work all the time.
 */
function coreSecondsOf(each: Measured, threads: number): number {
  const known = median(each.samples.map(({ processorSeconds }) => processorSeconds ?? NaN));
  return Number.isNaN(known) ? secondsOf(each) * threads : known;
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
