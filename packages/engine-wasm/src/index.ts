export { emitWat } from "./emit-wat.ts";
export { wasmEngine } from "./wasm-engine.ts";
