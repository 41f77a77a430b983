import type { Backend, Opening } from "./backend.ts";
import { inTurn } from "./backend-turn.ts";
import { importTf } from "./import-tf.ts";
import { once, reasonOf } from "./opening.ts";

export const wasmBackend: Backend = {
  name: "tfjs:wasm",
  description: "TensorFlow.js on WebAssembly SIMD, one thread: nothing to install",
  tfName: "wasm",
  traits: {
    explicitPads: true,
    spread: "phases",
    filterGradient: "dilated",
    transposedFactors: false,
    sumsAsProducts: true,
    slowScalars: true,
    hostMemory: true,
    deterministic: true,
  },
  open: once(open),
};

async function open(): Promise<Opening> {
  try {
    const tf = await importTf();
    await import("@tensorflow/tfjs-backend-wasm");
    return await inTurn(async () => {
      const before: string | undefined = tf.getBackend();
      const initialized = await withoutNewListeners(() => tf.setBackend("wasm"));
      if (before !== undefined && before !== "wasm") await tf.setBackend(before);
      if (!initialized) throw new Error("its WebAssembly module could not be started");
      return { ok: true, backend: { tf, device: "cpu, one thread, WebAssembly", version: tf.version_core } };
    });
  } catch (error) {
    return {
      ok: false,
      unavailable: { reason: reasonOf(error), remedy: "reinstall Settle's dependencies: npm run setup" },
    };
  }
}

/**
 * The WebAssembly module's loader listens for the process's uncaught exceptions and throws them again, which would hide
 * where they came from from everybody else.
 */
async function withoutNewListeners<Result>(work: () => Promise<Result>): Promise<Result> {
  const host: Pick<NodeJS.Process, "listeners" | "removeListener"> | undefined = globalThis.process;
  if (typeof host?.listeners !== "function") return work();
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = new Map(events.map((event) => [event, listenersOf(host, event)]));
  try {
    return await work();
  } finally {
    for (const event of events) {
      for (const listener of listenersOf(host, event)) {
        if (!before.get(event)?.includes(listener)) host.removeListener(event, listener);
      }
    }
  }
}

type Listener = (...values: unknown[]) => void;

function listenersOf(host: Pick<NodeJS.Process, "listeners">, event: string): readonly Listener[] {
  return host.listeners(event as "exit") as Listener[];
}
