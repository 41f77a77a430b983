/** The embedded engine: kernels as WebAssembly SIMD, wherever JavaScript runs. */
import { settleError } from "@settle/diagnostics";
import type { Engine } from "@settle/runtime";

import { assemble } from "./assemble.ts";
import { loadWasm } from "./load-wasm.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";
import { detectHost } from "./wasm-host.ts";
import { webAssembly } from "./web-assembly.ts";

export interface WasmEngineOptions {
  /** Whether relaxed SIMD (fused multiply-adds) is used; default: where the host has it. */
  readonly relaxed?: boolean;
}

export const wasmEngine: Engine = createWasmEngine();

/**
 * Compiles a Program's kernels to WebAssembly and runs lane groups on worker threads over shared memory; without shared
 * memory (a page that is not cross-origin isolated) on the calling thread. Float32; the same inputs give the same bits
 * for any number of threads.
 */
export function createWasmEngine({ relaxed }: WasmEngineOptions = {}): Engine {
  return {
    name: "wasm",
    description: "kernels as WebAssembly SIMD on worker threads: nothing to install, Node and browsers",
    probe: async () => {
      const missing = await missingFeature();
      if (missing !== undefined) return { available: false, reason: missing.reason, remedy: missing.remedy };
      const { cores, startWorker } = detectHost();
      const threads = startWorker === undefined ? 1 : cores;
      const simd = (relaxed ?? (await hasRelaxedSimd())) ? "relaxed SIMD" : "SIMD";
      return { available: true, device: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}`, version: simd };
    },
    load: async (program, options = {}) => {
      const missing = await missingFeature();
      if (missing !== undefined) throw settleError("engine/unavailable", missing.reason, { help: missing.remedy });
      return loadWasm(program, {
        host: detectHost(),
        ...options,
        ...(relaxed !== undefined && { fused: relaxed }),
      });
    },
  };
}

const simdProbe = `(module (func (result v128) (f32x4.mul (v128.const f32x4 1 1 1 1) (v128.const f32x4 1 1 1 1))))`;

async function missingFeature(): Promise<{ readonly reason: string; readonly remedy: string } | undefined> {
  const remedy = "use Node 20.19 or newer, or a browser of 2023 or newer";
  if (webAssembly === undefined) return { reason: "There is no WebAssembly here.", remedy };
  if (!webAssembly.validate(await assemble(simdProbe))) return { reason: "This WebAssembly has no SIMD.", remedy };
  return undefined;
}
