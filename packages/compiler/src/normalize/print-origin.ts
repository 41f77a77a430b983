/** Where a value comes from, in a few words: `from /settle/rate, line 7`, `line 12, parameter width`, `default`. */
import type { SourceText } from "@settle/spec";
import type { NormalCircuit } from "./normal-circuit.ts";

/**
 * @param place  pointer of the field in its own place
 * @param source  without it, no lines; then a value written in its own place needs no words
 */
export function printOrigin(place: string, origins: NormalCircuit["origins"], source?: SourceText): string {
  const origin = origins.get(place);
  if (origin?.kind === "default") return "default";
  const pointer = origin?.pointer ?? place;
  const line = lineOf(pointer, source);
  const from = pointer === place ? [] : [`from ${pointer}`];
  const parameters = source?.parametersIn?.(pointer) ?? [];
  const named =
    parameters.length === 0 ? [] : [`parameter${parameters.length > 1 ? "s" : ""} ${parameters.join(", ")}`];
  return [...from, ...(line === undefined ? [] : [`line ${line}`]), ...named].join(", ");
}

/** The line of a field, if it is written in a text. */
export function lineOf(pointer: string, source: SourceText | undefined): number | undefined {
  return source?.place(pointer, "value").line;
}
