/** A tfjs backend for those who compute with tfjs itself: layers trained by backpropagation. */
import { settleError } from "@settle/diagnostics";
import { activate, inTurn } from "./backends/backend-turn.ts";
import type { Backend, Tf } from "./backends/backend.ts";
import { cpuBackend } from "./backends/cpu-backend.ts";
import { nodeBackend, nodeGpuBackend } from "./backends/node-backend.ts";
import { wasmBackend } from "./backends/wasm-backend.ts";
import { registerFilterGradient } from "./filter-gradient-kernel.ts";

/** Those that have, or are given, the kernels of backpropagation; the fastest first. */
const backends: readonly Backend[] = [nodeGpuBackend, nodeBackend, wasmBackend, cpuBackend];

export interface OpenTfjs {
  /** `tfjs:wasm` */
  readonly name: string;
  /** For people: `cpu, one thread`. */
  readonly device: string;
  readonly version: string;
  /** Computes on this backend while no one else of this process computes on another. */
  use<Result>(work: (tf: Tf) => Promise<Result>): Promise<Result>;
}

/**
 * Opens a tfjs backend that can differentiate convolutions.
 *
 * @param name one of `tfjs:node-gpu`, `tfjs:node`, `tfjs:wasm`, `tfjs:cpu`; default the fastest that works here
 * @throws {SettleError} `engine/unknown`, `engine/unavailable`
 */
export async function openTfjs(name?: string): Promise<OpenTfjs> {
  const wanted = name === undefined ? backends : backends.filter((each) => each.name === name);
  if (wanted.length === 0) {
    throw settleError("engine/unknown", `There is no tfjs backend "${name}".`, {
      help: `there are ${backends.map((each) => each.name).join(", ")}.`,
    });
  }
  let why = "";
  for (const backend of wanted) {
    const opening = await backend.open();
    if (!opening.ok) {
      const { reason, remedy } = opening.unavailable;
      why = `${reason}${remedy === undefined ? "" : ` (${remedy})`}`;
      continue;
    }
    const { tf, device, version } = opening.backend;
    if (backend === wasmBackend) registerFilterGradient(tf, backend.tfName);
    return {
      name: backend.name,
      device,
      version,
      use: (work) =>
        inTurn(async () => {
          await activate(tf, backend.tfName);
          return work(tf);
        }),
    };
  }
  throw settleError("engine/unavailable", `No tfjs backend works here: ${why}.`, {
    help: "reinstall Settle's dependencies: npm run setup",
  });
}
