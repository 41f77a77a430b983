/** Imports tfjs-core, and keeps it from talking to the console. */
import type { Tf } from "./backend.ts";

/**
 * The one tfjs-core of this process. In tfjs's "production" mode it prints no advice; its checks of every result for NaN
 * are off anyway.
 */
export async function importTf(): Promise<Tf> {
  const tf = moduleOf<Tf>(await import("@tensorflow/tfjs-core"));
  tf.env().set("PROD", true);
  return tf;
}

/** A CommonJS package seen from an ES module: bundlers give the exports themselves, Node gives them as the default. */
function moduleOf<Module>(imported: unknown): Module {
  const { default: inner } = imported as { readonly default?: Module };
  return inner ?? (imported as Module);
}
