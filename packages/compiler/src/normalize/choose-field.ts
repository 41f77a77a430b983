/** Picks a field's value from the places that may say it, and remembers which did. */
import type { Origin } from "./normal-circuit.ts";

/**
 * The first candidate that is said, else the fallback.
 *
 * @param place       pointer of the field in its own place, under which the origin is kept
 * @param candidates  values with the pointer each was read from, nearest first
 */
export interface Chooser {
  <T, F>(place: string, candidates: readonly (readonly [T | undefined, string])[], fallback: F): T | F;
  /** Which place said a field that was chosen. */
  originOf(place: string): Origin | undefined;
}

export function createChooser(origins: Map<string, Origin>): Chooser {
  const choose = <T, F>(
    place: string,
    candidates: readonly (readonly [T | undefined, string])[],
    fallback: F,
  ): T | F => {
    for (const [value, pointer] of candidates) {
      if (value !== undefined) {
        origins.set(place, { kind: "written", pointer });
        return value;
      }
    }
    origins.set(place, { kind: "default" });
    return fallback;
  };
  return Object.assign(choose, { originOf: (place: string) => origins.get(place) });
}
