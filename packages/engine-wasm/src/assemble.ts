/** WebAssembly text → binary, by wabt (loaded when it is first needed). */
import type wabtType from "wabt";

let loading: Promise<Awaited<ReturnType<typeof wabtType>>> | undefined;

/** @throws {Error} with wabt's message: text that does not assemble is our fault */
export async function assemble(text: string): Promise<Uint8Array<ArrayBuffer>> {
  loading ??= import("wabt").then(({ default: wabt }) => wabt());
  const wabt = await loading;
  const module = wabt.parseWat("settle.wat", text, {
    simd: true,
    threads: true,
    bulk_memory: true,
    relaxed_simd: true,
    sat_float_to_int: true,
  });
  try {
    return Uint8Array.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}
