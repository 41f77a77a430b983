/** Program → executable: plan, text, binary, instance. */
import { planProgram } from "@settle/kernels";
import type { Program } from "@settle/program";
import type { EngineInfo, Executable } from "@settle/runtime";

import { assemble } from "./assemble.ts";
import { chooseLanes } from "./choose-lanes.ts";
import { emitModule } from "./emit/emit-module.ts";
import { LaneMemory, mostPages } from "./lane-memory.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";
import { requireWebAssembly } from "./web-assembly.ts";
import { type PhaseFunctions, WasmExecutable } from "./wasm-executable.ts";
import type { WasmHost } from "./wasm-host.ts";
import { WorkerPool } from "./worker-pool.ts";
import type { WorkerSetup } from "./worker-source.ts";

export interface WasmLoadOptions {
  readonly host: WasmHost;
  readonly threads?: number;
  /** Samples in a lane group; default: chosen for the Program. */
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
  const webAssembly = requireWebAssembly();
  const plan = planProgram(program, { lanes });
  const fused = options.fused ?? (await hasRelaxedSimd());
  const emitted = emitModule(plan, { fused, sharedMemory: shared });
  const module = await webAssembly.compile(await assemble(emitted.text));
  const memory = new LaneMemory(plan, emitted, { threads, shared, maximum: maximumPages });
  const instance = await webAssembly.instantiate(module, { settle: { memory: memory.memory } });
  const info: EngineInfo = {
    name: "wasm",
    device: `cpu, ${threads} ${threads === 1 ? "thread" : "threads"}, ${fused ? "relaxed" : "plain"} SIMD`,
    dtype: "float32",
    deterministic: true,
  };
  const setups = Array.from({ length: threads }, (_, thread): WorkerSetup => ({
    kind: "setup",
    module,
    memory: memory.memory,
    temporary: memory.temporaryOf(thread),
  }));
  return new WasmExecutable({
    program,
    info,
    plan,
    module: emitted,
    memory,
    functions: instance.exports as PhaseFunctions,
    ...(startWorker === undefined ? {} : { pool: new WorkerPool(startWorker, setups) }),
  });
}
