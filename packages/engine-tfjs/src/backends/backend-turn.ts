/** tfjs has one current backend per process. Whoever computes holds the turn, and sets the backend first. */
import type { Tf } from "./backend.ts";

let last: Promise<unknown> = Promise.resolve();

/** Runs `work` when every earlier one is done; nothing else of this package computes meanwhile. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}

/** Makes a backend the current one: to be called on every turn, and again whenever the event loop has had one. */
export async function activate(tf: Tf, tfName: string): Promise<void> {
  if (tf.getBackend() !== tfName) await tf.setBackend(tfName);
}
