import { planProgram } from "@settle/kernels";
import type { Program } from "@settle/program";
import { chooseLanes } from "./choose-lanes.ts";
import { emitModule } from "./emit/emit-module.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

/** The WebAssembly text that the engine would run for a Program here. @throws {SettleError} `engine/unsupported` */
export async function emitWat(program: Program): Promise<string> {
  const plan = planProgram(program, { lanes: chooseLanes(program) });
  return emitModule(plan, { fused: await hasRelaxedSimd(), sharedMemory: true }).text;
}
