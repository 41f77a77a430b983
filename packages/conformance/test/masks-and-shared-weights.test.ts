import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { type BufferId, sizeOf } from "@settle/program";
import { initialValues, type NumberArray } from "@settle/runtime";
import { defineCircuit } from "@settle/spec";
import { expect, test } from "vitest";

const circuit = defineCircuit({
  version: 1,
  name: "sparse",
  states: { x: { shape: [6], observed: { data: "image" } }, z: { shape: [5] }, y: { shape: [5] } },
  errors: { e: { target: "x" } },
  synapses: {
    W: { from: "z", to: "e", kind: "dense", feedback: "separate", mask: { kind: "random", density: 0.3, seed: 7 } },
    V: { from: "y", to: "e", kind: "dense", weights: "W", feedback: "separate" },
  },
});

test("what a mask leaves out is 0 from the beginning, stays 0 through updates, both ways, and is not counted", async () => {
  const compiled = compile(circuit);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  // 30 weights at density 0.3, owned once; error weights of both synapses.
  expect(compiled.analysis.parameters).toMatchObject({ generative: 9, error: 18, total: 27 });
  const { program } = compiled;
  const executable = await referenceEngine.load(program);
  const fill = async (seed: number): Promise<void> => {
    for (const buffer of program.buffers) {
      if (buffer.role === "parameter" || buffer.role === "moment")
        await executable.write(buffer.id, initialValues(buffer, seed));
    }
  };
  await fill(2);
  const chosen = [...(await executable.read("mask:W" as BufferId))];
  await fill(1);
  // The circuit's own seed chooses, whatever the run's.
  expect([...(await executable.read("mask:W" as BufferId))]).toEqual(chosen);
  expect(chosen.filter((value) => value === 1)).toHaveLength(9);

  const tensors = ["W", "error:W", "error:V"] as readonly string[] as readonly BufferId[];
  const begun = new Map<BufferId, number[]>();
  for (const id of tensors) begun.set(id, [...(await executable.read(id))]);
  const inputs = new Map<BufferId, NumberArray>();
  for (const { id, role, type } of program.buffers) {
    const values = Float64Array.from({ length: 2 * sizeOf(type.shape) }, (_, k) => Math.sin(k + 1));
    if (type.batch && (role === "input" || role === "noise")) inputs.set(id, values);
  }
  const settle = [
    { phase: "start" },
    { phase: "step", times: 5 },
    { phase: "readout" },
    { phase: "accumulate" },
  ] as const;
  for (let update = 0; update < 3; update++) {
    await executable.run({ batch: 2, schedule: settle, inputs });
    const count = new Map<BufferId, NumberArray>([[program.learn.countInput, Float64Array.of(2)]]);
    await executable.run({ batch: 2, schedule: [{ phase: "apply" }], inputs: count });
  }
  for (const id of tensors) {
    const values = [...(await executable.read(id))];
    values.forEach((value, k) => {
      if (chosen[k] === 0) expect([begun.get(id)![k], value]).toEqual([0, 0]);
      else expect(value).not.toBe(begun.get(id)![k]);
    });
  }
  await executable.dispose();
});
