import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { wasmEngine } from "@settle/engine-wasm";
import { type Program, sizeOf } from "@settle/program";
import { createSession, type DataBatch, sampleUniforms } from "@settle/runtime";
import { explain, explainLevels } from "@settle/settle";
import { parseCircuit } from "@settle/spec";
import { verifyCircuit } from "@settle/verify";
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readText, root } from "./workspace.ts";

const names = readdirSync(`${root}/circuits`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Uniform numbers for every observed state. */
function batchFor({ observed, buffers }: Program, count: number): DataBatch {
  const samples = Array.from({ length: count }, (_, n) => n);
  const fields: Record<string, Float32Array> = {};
  for (const { field, data } of observed) {
    const buffer = buffers.find(({ id }) => id === data);
    if (buffer === undefined) continue;
    fields[field] = sampleUniforms({ seed: 1, stream: field, epoch: 0, samples }, sizeOf(buffer.type.shape));
  }
  return { count, fields };
}

/** What holds for every circuit in circuits/, whoever adds it; their counts and values are in circuits.test.ts. */
describe.each(names)("the predefined circuit %s", (name) => {
  const { spec, source } = parseCircuit(readText(`circuits/${name}/circuit.json`));
  if (spec === undefined) throw new Error(`${name} does not parse`);
  const compiled = compile(spec, { source });
  if (!compiled.ok) throw new Error(`${name} does not compile`);

  it("has rules that are what they claim to be, or says why not", async () => {
    const found = await verifyCircuit(compiled, { reference: referenceEngine, engines: [], seed: 1 });
    const checks = [...found.corrections, ...found.learning].flatMap(({ check }) =>
      check === undefined ? [] : [check],
    );
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(found.ok).toBe(true);
    for (const { gradient, departures } of found.corrections) expect(gradient).toBe(departures.length === 0);
  });

  it.each(explainLevels)("explains itself after %s", async (level) => {
    expect((await explain(compiled, level)).length).toBeGreaterThan(100);
  });

  it("trains a few steps", async () => {
    const session = await createSession({
      programFor: (modes) => compiled.lower(modes),
      engine: wasmEngine,
      seed: 1,
      threads: 1,
    });
    const before = await session.parameters.export();
    for (let update = 0; update < 2; update++) {
      const result = await session.learn(batchFor(session.program, 2), { steps: 4 });
      expect(result.kind).toBe("learned");
    }
    const after = await session.parameters.export();
    await session.dispose();
    const moved = [...before].filter(([id, { data }]) => after.get(id)!.data.some((value, k) => value !== data[k]));
    expect(moved.length).toBeGreaterThan(0);
  });
});
