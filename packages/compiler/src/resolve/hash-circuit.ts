/** Names what a circuit computes: two files with the same hash mean the same circuit. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { NormalCircuit } from "../normalize/normal-circuit.ts";
import type { KnownShape } from "./infer-shapes.ts";

/**
 * 16 hexadecimal digits of SHA-256 over everything that bears on the numbers: parts, shapes, settle and learn options.
 * Title, description, sources and the order of the file do not count; nor does what can be set for a run (learning rate,
 * batch, steps).
 */
export function hashCircuit(circuit: NormalCircuit, shapes: ReadonlyMap<string, KnownShape>): string {
  const { steps: _steps, ...settle } = circuit.settle;
  const content = {
    states: circuit.states.map(({ channels: _channels, ...state }) => ({
      ...state,
      shape: shapes.get(state.id)?.shape,
    })),
    errors: circuit.errors,
    synapses: circuit.synapses,
    errorSynapses: circuit.errorSynapses,
    laterals: circuit.laterals.length === 0 ? undefined : circuit.laterals,
    settle,
    rule: circuit.learn.rule,
    stable: circuit.learn.stable,
  };
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(content)))).slice(0, 16);
}

/** JSON with the keys of every object in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : part,
  );
}
