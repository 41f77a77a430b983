/** Output positions that see the same taps, as words in memory that the driver of a contraction walks. */
import type { ContractKernel, Segment } from "@settle/kernels";

import type { ModuleBuilder } from "./module-builder.ts";

/** Words of a region in the table: rows, columns, first output byte, first and end of its runs. */
export const regionBytes = 20;
/** Words of a run: input byte, weight row, bytes of input it covers. */
export const runBytes = 12;

export interface RegionTable {
  readonly address: number;
  /** How many regions. */
  readonly count: number;
}

/** Writes regions and their runs into memory. Neighbouring taps that read neighbouring inputs make one run. */
export function regionTable(module: ModuleBuilder, kernel: ContractKernel): RegionTable {
  const { rows, columns, inputColumns, inputChannels, outputColumns, outputChannels, tapColumns } = kernel;
  const inputStep = inputChannels * module.laneBytes;
  const runs: number[] = [];
  const regions: number[] = [];
  for (const row of rows) {
    for (const column of columns) {
      const first = runs.length * 4;
      for (const down of row.taps) {
        for (const across of mergeTaps(column)) {
          const from = (down.input * inputColumns + across.input) * inputStep;
          runs.push(from, (down.tap * tapColumns + across.tap) * inputChannels, across.taps * inputStep);
        }
      }
      const out = (row.first * outputColumns + column.first) * outputChannels * module.laneBytes;
      regions.push(row.count, column.count, out, first, runs.length * 4);
    }
  }
  const runsAt = module.table(runs);
  const placed = regions.map((word, index) => (index % 5 >= 3 ? word + runsAt : word));
  return { address: module.table(placed), count: regions.length / 5 };
}

function mergeTaps({
  taps,
}: Segment): readonly { readonly tap: number; readonly input: number; readonly taps: number }[] {
  const merged: { tap: number; input: number; taps: number }[] = [];
  for (const { tap, input } of taps) {
    const last = merged.at(-1);
    if (last !== undefined && last.tap + last.taps === tap && last.input + last.taps === input) last.taps++;
    else merged.push({ tap, input, taps: 1 });
  }
  return merged;
}
