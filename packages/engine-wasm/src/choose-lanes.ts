/** How many samples go side by side. */
import type { Program } from "@settle/program";

/** One v128 of a weight's products is too little to hide its load behind: two for all Programs. */
export function chooseLanes(_program: Program): number {
  return 8;
}
