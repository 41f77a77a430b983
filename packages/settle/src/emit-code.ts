/** What an engine would run for a Program. */
import type { Program } from "@settle/program";

export type EmittedCode = "c" | "wasm" | "onnx";

/**
 * @returns C for this machine (`c`), WebAssembly text (`wasm`), or the bytes of an ONNX model with the initial weights
 * @throws {SettleError} `engine/unsupported`, `engine/unavailable`
 */
export async function emitCode(program: Program, code: EmittedCode): Promise<string | Uint8Array> {
  switch (code) {
    case "c":
      return (await import("@settle/engine-native")).emitNativeC(program);
    case "wasm":
      return (await import("@settle/engine-wasm")).emitWat(program);
    case "onnx":
      return (await import("./export-circuit.ts")).onnxOf(program, undefined, 1);
    default:
      return code satisfies never;
  }
}
