/**
 * One of our engines as a contender, used as any program would use it.
 *
 *     settle-worker.ts --engine NAME --problem FILE --threads N [--work settle|new-arrays|discrepancy|learn] [--first A --last B]
 *
 * `settle` returns all states and errors, as the peers do, in the memory of those before; `new-arrays` in new memory each
 * time; `discrepancy` settles and returns only how well it went; `learn` settles and makes one update.
 */
import { createWasmEngine } from "@settle/engine-wasm";
import { createSession, engines, type CircuitSpec } from "@settle/settle";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "@settle/runs";
import type { SettleResult, StoredTensor } from "@settle/runtime";
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { numbered, problemSeed } from "./make-problem.ts";
import { serveRequests } from "./serve-requests.ts";

/** The wasm engine without fused multiply-adds, as hosts run it that have no relaxed SIMD. */
const plainSimd = "wasm:plain";

const { values: options } = parseArgs({
  options: {
    engine: { type: "string", default: "auto" },
    problem: { type: "string", default: "" },
    threads: { type: "string", default: "1" },
    work: { type: "string", default: "settle" },
    first: { type: "string", default: "0" },
    last: { type: "string" },
  },
});

const { tensors, metadata } = decodeSafetensors(await readFile(options.problem), options.problem);
const circuit = JSON.parse(metadata["circuit"] ?? "{}") as CircuitSpec;
const engineName = options.engine === plainSimd ? "wasm" : options.engine;
const status = (await engines()).engines.find(({ name }) => name === engineName);
if (status?.available !== true) {
  const reason = status === undefined ? "there is no such engine" : status.reason;
  process.stdout.write(`${JSON.stringify({ kind: "missing", reason })}\n`);
} else {
  const loaded = performance.now();
  const session = await createSession(circuit, {
    engine: options.engine === plainSimd ? createWasmEngine({ relaxed: false }) : options.engine,
    seed: problemSeed,
    threads: Number(options.threads),
  });
  const parameters = new Map<string, StoredTensor>();
  for (const [id, tensor] of tensors) if (!(id in circuit.states)) parameters.set(id, { role: "parameter", ...tensor });
  await session.parameters.import(parameters);
  const [observed] = session.program.observed;
  const { shape, data } = tensors.get(observed?.state ?? "") as Tensor;
  const size = shape.slice(1).reduce((product, extent) => product * extent, 1);
  const first = Number(options.first);
  const last = Number(options.last ?? shape[0]);
  const batch = {
    count: last - first,
    fields: { image: (data as Float32Array).slice(first * size, last * size) },
    // Start noise goes by the sample's index.
    indices: Array.from({ length: last - first }, (_, i) => first + i),
  };
  const everything = { states: "all", errors: "all" } as const;
  let before: SettleResult | undefined;
  const once = async (): Promise<void> => {
    if (options.work === "learn") {
      const { kind } = await session.learn(batch);
      if (kind !== "learned") throw new Error("a sample diverged");
    } else if (options.work === "discrepancy") {
      await session.settle(batch);
    } else {
      const reuse = options.work === "settle" && before !== undefined ? { reuse: before } : {};
      before = await session.settle(batch, { ...everything, ...reuse });
    }
  };
  await once();
  const seconds = { load: loaded / 1000, first: (performance.now() - loaded) / 1000 };
  await serveRequests(
    { kind: "ready", version: `${session.engine.name} on ${session.engine.device}`, seconds },
    async (request) => {
      if (request.do === "settle") {
        for (let time = 0; time < request.times; time++) await once();
        return;
      }
      const { states, errors } = await session.settle(batch, everything);
      const written = new Map<string, Tensor>();
      for (const [name, values] of numbered(states, errors)) {
        const part = Float32Array.from(values.subarray(0, (values.length / batch.count) * request.samples));
        written.set(name, { shape: [part.length], data: part });
      }
      await writeFile(request.file, encodeSafetensors({ tensors: written, metadata: {} }));
    },
  );
  await session.dispose();
}
