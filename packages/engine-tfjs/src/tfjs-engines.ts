import type { Engine } from "@settle/runtime";
import { cpuBackend } from "./backends/cpu-backend.ts";
import { nodeBackend, nodeGpuBackend } from "./backends/node-backend.ts";
import { wasmBackend } from "./backends/wasm-backend.ts";
import { tfjsEngine } from "./tfjs-engine.ts";

/** One engine per tfjs backend, fastest first. Nothing of tfjs is imported before one is probed or loaded. */
export const tfjsEngines: readonly Engine[] = [nodeGpuBackend, nodeBackend, wasmBackend, cpuBackend].map(tfjsEngine);
