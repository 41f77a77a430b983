/** Every form of relation, and pools, on every engine against the reference engine. */
import { createNativeEngine } from "@settle/engine-native";
import { referenceEngine } from "@settle/engine-reference";
import { tfjsEngines } from "@settle/engine-tfjs";
import { wasmEngine } from "@settle/engine-wasm";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import type { Engine, NumberArray } from "@settle/runtime";
import fc from "fast-check";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { arbitraryRelation } from "../packages/engine-reference/test/arbitrary-relation.ts";
import { arbitraryPool as pool } from "./arbitrary-pool.ts";
import { interpretedKernels } from "./interpreted-kernels.ts";
import { relationsProgram } from "./relations-program.ts";

const cache = mkdtempSync(join(tmpdir(), "settle-relations-test-"));
afterAll(() => rm(cache, { recursive: true }));

/** Not optimised: it is about the text of the kernels. */
const native = createNativeEngine({ compiler: { extraFlags: ["-O0"] }, cache });

/** Kernels know rows and columns. */
const relation = arbitraryRelation.filter(({ axes }) => axes.length <= 2);

/** Halves of whole numbers: ties are frequent, and sums exact whatever their order. */
function halves(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, k) => Math.round(4 * Math.sin(12.9898 * (k + 1) + 78.2 * seed)) / 2);
}

async function compute(program: Program, engine: Engine, batch: number): Promise<ReadonlyMap<BufferId, NumberArray>> {
  const executable = await engine.load(program);
  const inputs = new Map<BufferId, NumberArray>();
  for (const [index, { id, role, type }] of program.buffers.entries()) {
    if (role === "parameter") await executable.write(id, halves(sizeOf(type.shape), index));
    if (role === "input" && type.batch) inputs.set(id, halves(batch * sizeOf(type.shape), index));
  }
  const outputs = program.buffers.filter(({ role }) => role === "readout").map(({ id }) => id);
  const schedule = [{ phase: "readout" }, { phase: "accumulate" }] as const;
  const results = new Map(await executable.run({ batch, schedule, inputs, outputs }));
  for (const { id, role } of program.buffers) if (role === "accumulator") results.set(id, await executable.read(id));
  await executable.dispose();
  return results;
}

async function available(engine: Engine): Promise<string | undefined> {
  const status = await engine.probe();
  return status.available ? undefined : status.reason;
}

const engines: readonly (readonly [Engine, number])[] = [
  [interpretedKernels(4), 8],
  [wasmEngine, 8],
  [native, 2],
  ...tfjsEngines.map((engine) => [engine, 4] as const),
];

describe.each(engines.map(([engine, runs]) => ({ name: engine.name, engine, runs })))("$name", ({ engine, runs }) => {
  it("takes random relations and pools both ways as the reference engine does, and sums their gradients", async (context) => {
    const reason = await available(engine);
    if (reason !== undefined) context.skip(reason);
    await fc.assert(
      fc.asyncProperty(
        fc.array(relation, { minLength: 6, maxLength: 12 }),
        fc.array(pool, { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 19 }),
        async (relations, pools, batch) => {
          const program = relationsProgram(relations, pools);
          const expected = await compute(program, referenceEngine, batch);
          const actual = await compute(program, engine, batch);
          for (const [id, values] of expected) {
            const scale = Math.max(1, ...Array.from(values, Math.abs));
            const worst = Array.from(values, (value, k) => Math.abs(value - actual.get(id)![k]!) / scale);
            expect(Math.max(...worst)).toBeLessThan(1e-5);
          }
        },
      ),
      { numRuns: runs },
    );
  }, 120_000);
});
