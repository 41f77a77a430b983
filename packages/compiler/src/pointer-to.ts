import { formatPointer } from "@settle/diagnostics";

/** JSON pointer of a part or of one of its fields: `/synapses/W2/to`. */
export function pointerTo(section: "states" | "errors" | "synapses" | "laterals", id: string, field?: string): string {
  return formatPointer(field === undefined ? [section, id] : [section, id, field]);
}
