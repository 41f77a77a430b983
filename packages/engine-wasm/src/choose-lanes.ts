/** How many samples go side by side. */
import { type Program, sizeOf } from "@settle/program";

/** Parameters that still find room in a core's second-level cache beside the states of a group: 256 KiB of them. */
const cachedParameters = 65_536;

/**
 * One vector of four where the weights stay in cache: the least is wasted on batches that are no multiple, and small
 * ones. Two where every group has to fetch the weights again, which then serve twice the samples.
 */
export function chooseLanes(program: Program): 4 | 8 {
  const parameters = program.buffers.filter(({ role }) => role === "parameter");
  const count = parameters.reduce((sum, { type }) => sum + sizeOf(type.shape), 0);
  return count > cachedParameters ? 8 : 4;
}
