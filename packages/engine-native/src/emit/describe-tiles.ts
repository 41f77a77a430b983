/** What the emitter will do with a Program's step, in words: for `settle explain --after plan`. */
import { type ContractKernel, type KernelPlan, planProgram } from "@settle/kernels";
import type { Program } from "@settle/program";
import { chooseLanes, mostSingles } from "../choose-lanes.ts";
import { channelsFor, chooseTile, cut } from "./choose-tile.ts";
import { inputBlocks, isDense } from "./emit-dense-contract.ts";
import { widestSingle } from "./emit-program.ts";
import { canRunSingly } from "./emit-single-kernels.ts";
import type { Target } from "./target.ts";
import { stretches } from "./walk-contract.ts";

/** @param target  default AVX-512 */
export function describeTiles(program: Program, target: Target = { width: 16, registers: 32 }): string {
  const lanes = chooseLanes(program, target);
  const plan = planProgram(program, { lanes });
  const single = planProgram(program, { lanes: 1 });
  const vectors = lanes / target.width;
  return [
    `the native engine on a processor with ${target.registers} registers of ${target.width} numbers:`,
    `tiles of sums that stay in registers while loops run over taps and input channels`,
    "",
    `the step of a group of ${lanes} samples, ${vectors === 1 ? "one vector" : `${vectors} vectors`}`,
    ...contractions(plan).map((kernel) => `  ${kernel.label}: ${groupTile(kernel, { plan, vectors, target })}`),
    "",
    ...(canRunSingly(single)
      ? [
          `samples by themselves, where a batch leaves ${mostSingles(program, lanes)} or fewer for a last group`,
          ...contractions(single).map((kernel) => `  ${kernel.label}: ${singleTile(kernel, target)}`),
        ]
      : ["no sample is taken by itself: something in this circuit has no form for that"]),
    "",
  ].join("\n");
}

const contractions = (plan: KernelPlan): readonly ContractKernel[] =>
  plan.phases.step.group.filter((kernel) => kernel.kind === "contract");

function groupTile(
  kernel: ContractKernel,
  { plan, vectors, target }: { readonly plan: KernelPlan; readonly vectors: number; readonly target: Target },
): string {
  const { outputChannels } = kernel;
  if (isDense(kernel)) {
    const channels = widest(outputChannels, channelsFor(1, outputChannels, vectors, target));
    const blocks = inputBlocks(plan, kernel).length;
    const inputs = blocks === 1 ? "" : `; inputs in ${blocks} blocks, sums wait in memory in between`;
    return `${count(vectors, "vector")} × ${count(channels, "channel")}, ${work(vectors, channels)}${inputs}`;
  }
  const tile = chooseTile(stretches(kernel), outputChannels, vectors, target);
  const { positions } = tile;
  const channels = widest(outputChannels, tile.channels);
  const several = vectors === 1 ? "" : ` × ${count(vectors, "vector")}`;
  return `${count(positions, "position")}${several} × ${count(channels, "channel")}, ${work(positions * vectors, channels)}`;
}

function singleTile(kernel: ContractKernel, target: Target): string {
  const width = Math.min(target.width, widestSingle);
  const vectors = Math.ceil(kernel.outputChannels / width);
  const { positions, channels } = chooseTile(stretches(kernel), vectors, 1, target);
  const idle = vectors * width - kernel.outputChannels;
  const note = idle === 0 ? "" : `; ${idle} of ${vectors * width} places idle`;
  return `${count(positions, "position")} × ${count(channels, "vector")} of ${width} channels, ${work(positions, channels)}${note}`;
}

/** Channels of the widest tile when they are cut into almost equal ones. */
const widest = (channels: number, most: number): number => cut(channels, most)[0]?.size ?? 0;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

const work = (inputs: number, channels: number): string =>
  `${count(inputs + channels, "load")} for ${count(inputs * channels, "multiply-add")}`;
