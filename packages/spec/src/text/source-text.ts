import type { Place } from "@settle/diagnostics";

/** Which part of a field is meant: its name, or what it holds. Entries of a list and the whole document have a value only. */
export type PlacePart = "key" | "value";

/** Where the fields of a circuit stand in what the user wrote. */
export interface SourceText {
  /** Path as the user gave it. */
  readonly file?: string;
  /** The text itself; absent for a circuit built in memory. */
  readonly text?: string;
  /**
   * The place of a field. A pointer to something that is not there (left out by the user, or derived) gets the place of
   * the nearest part that is, under its own pointer.
   */
  place(pointer: string, part: PlacePart): Place;
  /** The place of the characters `from` to `to` (0-based, end excluded) of a text that a field holds. */
  placeInText(pointer: string, from: number, to: number): Place;
  /** Names of the parameters whose values a field has, itself or in a part of it. Absent where a circuit declares none. */
  parametersIn?(pointer: string): readonly string[];
}

/** The source of a circuit that was never text: a place is its pointer alone. */
export function memorySource(file?: string): SourceText {
  const place = (pointer: string): Place => ({ ...(file !== undefined && { file }), pointer });
  return { ...(file !== undefined && { file }), place, placeInText: place };
}
