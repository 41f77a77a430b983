/** Whether the host has fused multiply-adds, and means the same by them as we do. */
import { assemble } from "./assemble.ts";
import { nodeModule } from "./node-module.ts";
import { requireWebAssembly } from "./web-assembly.ts";

/** (1 + 2⁻¹²)² − (1 + 2⁻¹¹): 2⁻²⁴ when the product is not rounded before the sum, 0 when it is. */
const probeText = `(module
  (func (export "probe") (result f32)
    (f32x4.extract_lane 0 (f32x4.relaxed_madd
      (v128.const f32x4 1.000244140625 0 0 0)
      (v128.const f32x4 1.000244140625 0 0 0)
      (v128.const f32x4 -1.00048828125 0 0 0)))))`;

let detected: Promise<boolean> | undefined;

/**
 * Asks once. Node 20 has relaxed SIMD behind a flag, which may be set while it runs as long as nothing that needs it has
 * been compiled.
 */
export function hasRelaxedSimd(): Promise<boolean> {
  detected ??= detect();
  return detected;
}

async function detect(): Promise<boolean> {
  const webAssembly = requireWebAssembly();
  const binary = await assemble(probeText);
  if (!webAssembly.validate(binary)) {
    nodeModule<{ setFlagsFromString(flags: string): void }>("node:v8")?.setFlagsFromString(
      "--experimental-wasm-relaxed-simd",
    );
    if (!webAssembly.validate(binary)) return false;
  }
  const instance = await webAssembly.instantiate(await webAssembly.compile(binary));
  const { probe } = instance.exports as { readonly probe: () => number };
  return probe() === 2 ** -24;
}
