import type { Backend, Opening } from "./backend.ts";
import { importTf } from "./import-tf.ts";
import { once, reasonOf } from "./opening.ts";

export const cpuBackend: Backend = {
  name: "tfjs:cpu",
  description: "TensorFlow.js in plain JavaScript: slow, works wherever JavaScript does",
  tfName: "cpu",
  traits: {
    explicitPads: true,
    spread: "adjoint",
    filterGradient: "dilated",
    transposedFactors: true,
    sumsAsProducts: false,
    slowScalars: false,
    hostMemory: true,
    deterministic: true,
  },
  open: once(open),
};

async function open(): Promise<Opening> {
  try {
    const tf = await importTf();
    await import("@tensorflow/tfjs-backend-cpu");
    return { ok: true, backend: { tf, device: "cpu, one thread, JavaScript", version: tf.version_core } };
  } catch (error) {
    return {
      ok: false,
      unavailable: { reason: reasonOf(error), remedy: "reinstall Settle's dependencies: npm run setup" },
    };
  }
}
