/** Program → executable. Its kernels are written when the first batch says which form it wants. */
import type { Program } from "@settle/program";
import type { EngineInfo, Executable } from "@settle/runtime";

import { chooseLanes } from "./choose-lanes.ts";
import { KernelForms } from "./kernel-forms.ts";
import { LaneMemory, mostPages } from "./lane-memory.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";
import { WasmExecutable } from "./wasm-executable.ts";
import type { WasmHost } from "./wasm-host.ts";
import { WorkerPool } from "./worker-pool.ts";
import type { WorkerSetup } from "./worker-source.ts";

export interface WasmLoadOptions {
  readonly host: WasmHost;
  readonly threads?: number;
  /** Samples in a lane group, for every batch, or 1 for samples by themselves; default: chosen for Program and batch. */
  readonly lanes?: number;
  /** Whether fused multiply-adds are used; default: where the host has them. */
  readonly fused?: boolean;
  /** 64-KiB pages the memory may grow to. */
  readonly maximumPages?: number;
}

export async function loadWasm(program: Program, options: WasmLoadOptions): Promise<Executable> {
  const { host, lanes = chooseLanes(program), maximumPages = mostPages } = options;
  const { startWorker } = host;
  const shared = startWorker !== undefined;
  const threads = shared ? Math.max(1, options.threads ?? host.cores) : 1;
  const fused = options.fused ?? (await hasRelaxedSimd());
  const forms = new KernelForms(program, { lanes, singly: options.lanes === undefined, fused, sharedMemory: shared });
  const memory = new LaneMemory(forms.plan, { threads, shared, maximum: maximumPages });
  const info: EngineInfo = {
    name: "wasm",
    device: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}, ${fused ? "relaxed" : "plain"} SIMD`,
    dtype: "float32",
    deterministic: true,
  };
  const setups = Array.from({ length: threads }, (_, thread): WorkerSetup => ({
    kind: "setup",
    memory: memory.memory,
    thread,
  }));
  return new WasmExecutable({
    program,
    info,
    forms,
    memory,
    ...(startWorker === undefined ? {} : { pool: new WorkerPool(startWorker, setups) }),
  });
}
