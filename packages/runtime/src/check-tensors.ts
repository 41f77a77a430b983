/** Whether weights from a file are those of a circuit. */
import { closest, settleError } from "@settle/diagnostics";
import { type Buffer, sameShape, sizeOf } from "@settle/program";
import { firstNotFinite } from "./first-not-finite.ts";
import type { StoredTensor } from "./run-store.ts";

/**
 * Everything is checked before anything is taken over, so a bad file leaves what it was meant for as it was.
 *
 * @param buffers  the parameters and moments of a Program
 * @throws {SettleError} `checkpoint/unknown-tensor`, `checkpoint/missing-tensor`, `checkpoint/shape-mismatch`,
 *   `checkpoint/not-finite`
 */
export function checkTensors(buffers: readonly Buffer[], tensors: ReadonlyMap<string, StoredTensor>): void {
  const known = new Set<string>(buffers.map(({ id }) => id));
  const strangers = [...tensors.keys()].filter((id) => !known.has(id));
  if (strangers.length > 0) {
    throw settleError("checkpoint/unknown-tensor", `The circuit has no ${list(strangers)}.`, {
      help: strangerHelp(strangers, [...known], tensors),
    });
  }
  for (const buffer of buffers) {
    const tensor = tensors.get(buffer.id);
    if (tensor === undefined) {
      // Weights alone are enough to settle with; the rule's memory then starts anew.
      if (buffer.role === "moment") continue;
      throw settleError("checkpoint/missing-tensor", `The weights lack "${buffer.id}" (${buffer.description}).`, {
        help: "these weights are from another circuit, or incomplete: give the circuit they were trained with",
      });
    }
    if (!sameShape(tensor.shape, buffer.type.shape) || tensor.data.length !== sizeOf(buffer.type.shape)) {
      throw settleError(
        "checkpoint/shape-mismatch",
        `"${buffer.id}" is [${buffer.type.shape.join(", ")}] in the circuit, ` +
          `but [${tensor.shape.join(", ")}] (${tensor.data.length} numbers) in the weights.`,
        { help: "these weights are from another circuit: give the circuit they were trained with" },
      );
    }
    const bad = firstNotFinite(tensor.data);
    if (bad >= 0) {
      throw settleError("checkpoint/not-finite", `"${buffer.id}" is ${tensor.data[bad]} at entry ${bad}.`, {
        help: "the weights are damaged: take an earlier checkpoint",
      });
    }
  }
}

/** A name that is merely misspelt is near one that is wanted and not there. */
function strangerHelp(
  strangers: readonly string[],
  known: readonly string[],
  tensors: ReadonlyMap<string, StoredTensor>,
): string {
  const absent = known.filter((id) => !tensors.has(id));
  const meant = strangers.flatMap((name) => {
    const near = closest(name, absent);
    return near === undefined ? [] : [`"${near}" for "${name}"`];
  });
  if (meant.length > 0) return `did you mean ${meant.slice(0, 5).join(", ")}?`;
  return "these weights are from another circuit: give the circuit they were trained with";
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `"${name}"`);
  return `${shown.join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}
