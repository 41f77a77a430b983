/** What is done with one element of a contraction while it is still in a register. */
import type { ContractKernel } from "@settle/kernels";
import { type EmitContext, indent, memoryParameters } from "./c-text.ts";
import { emitLaneWork } from "./emit-element-work.ts";

/**
 * The function `name_finish(g, t, s, p, q, c, u, sum, …)` for position q, channel c, vector u; behind them a place to add
 * to for each sum over elements.
 * @param inStep  whether it is run T times: elsewhere short code, which compiles faster, is worth more than fast code
 */
export function emitFinish(
  context: EmitContext,
  name: string,
  kernel: Pick<ContractKernel, "work" | "outputRows" | "outputColumns" | "outputChannels">,
  inStep: boolean,
): readonly string[] {
  const { work, outputRows, outputColumns, outputChannels } = kernel;
  const place = {
    elements: outputRows * outputColumns * outputChannels,
    element: "e",
    vector: "u",
    contraction: "sum",
    channels: { count: outputChannels, channel: "c", position: "q" },
  };
  const sums = work.sums.map((_, k) => `, vec *sum${k}`).join("");
  return [
    `${inStep ? "INLINE" : "ASIDE"} void ${name}_finish(${memoryParameters}, long q, long c, long u, vec sum${sums}) {`,
    ...indent([`const long e = q * ${outputChannels} + c;`, ...emitLaneWork(context, work, place, (k) => `*sum${k}`)]),
    "}",
  ];
}
