import stringify from "json-stringify-pretty-compact";
import type { CircuitSpec } from "./circuit-spec.ts";
import { circuitSchema } from "./schema/circuit-schema.ts";

/**
 * A circuit as JSON text, ending in a newline. Fields stand in the order of the language reference and parts in the order
 * written, whatever is short on one line; so equal circuits give equal text.
 */
export function printCircuit(spec: CircuitSpec): string {
  return `${stringify(circuitSchema.parse(spec), { indent: 2, maxLength: 120 })}\n`;
}
