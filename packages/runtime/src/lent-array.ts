import type { BufferId } from "@settle/program";
import type { RunRequest } from "./engine.ts";

/**
 * The array that a caller lends for an output, if an engine which returns float32 may use it.
 *
 * @param length  numbers of the output
 */
export function lentArray(into: RunRequest["into"], buffer: BufferId, length: number): Float32Array | undefined {
  const values = into?.get(buffer);
  return values instanceof Float32Array && values.length === length ? values : undefined;
}
