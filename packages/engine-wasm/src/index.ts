export { emitWat } from "./emit-wat.ts";
export { type KernelProfile, profileKernels, type ProfileOptions } from "./profile-kernels.ts";
export { createWasmEngine, wasmEngine, type WasmEngineOptions } from "./wasm-engine.ts";
