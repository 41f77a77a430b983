export { emitWat } from "./emit-wat.ts";
export { createWasmEngine, wasmEngine, type WasmEngineOptions } from "./wasm-engine.ts";
