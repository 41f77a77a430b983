/** What an engine would run for a Program, as text. */
import type { Program } from "@settle/program";

export type EmittedCode = "c" | "wasm";

/**
 * @returns C for this machine (`c`) or WebAssembly text (`wasm`)
 * @throws {SettleError} `engine/unsupported`, `engine/unavailable`
 */
export async function emitCode(program: Program, code: EmittedCode): Promise<string> {
  switch (code) {
    case "c":
      return (await import("@settle/engine-native")).emitNativeC(program);
    case "wasm":
      return (await import("@settle/engine-wasm")).emitWat(program);
    default:
      return code satisfies never;
  }
}
