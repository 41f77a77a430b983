/** Every engine Settle knows, one line each. None is imported before it is asked for. */
import type { Engine } from "@settle/runtime";

export interface EngineEntry {
  readonly name: string;
  readonly load: () => Promise<Engine>;
}

/** In the order `auto` tries them: the fastest first. */
export const engineRegistry: readonly EngineEntry[] = [
  { name: "native", load: async () => (await import("@settle/engine-native")).nativeEngine },
  { name: "wasm", load: async () => (await import("@settle/engine-wasm")).wasmEngine },
  { name: "tfjs:node-gpu", load: () => tfjsEngine("tfjs:node-gpu") },
  { name: "tfjs:node", load: () => tfjsEngine("tfjs:node") },
  { name: "tfjs:wasm", load: () => tfjsEngine("tfjs:wasm") },
  { name: "tfjs:cpu", load: () => tfjsEngine("tfjs:cpu") },
  { name: "reference", load: async () => (await import("@settle/engine-reference")).referenceEngine },
];

async function tfjsEngine(name: string): Promise<Engine> {
  const { tfjsEngines } = await import("@settle/engine-tfjs");
  const engine = tfjsEngines.find((each) => each.name === name);
  if (engine === undefined) throw new Error(`@settle/engine-tfjs has no ${name}`);
  return engine;
}
