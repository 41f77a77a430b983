/** Exported models, run by onnxruntime (its WebAssembly build), against the reference engine. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import { exportOnnx } from "@settle/onnx";
import { type BufferId, type Mode, type Program, sizeOf } from "@settle/program";
import { initialValues, type NumberArray, sampleNormals, sampleUniforms } from "@settle/runtime";
import { type CircuitSpec, parseCircuit } from "@settle/spec";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { expect, it } from "vitest";
import { readText } from "./workspace.ts";

const batch = 2;
/** float32 over a settle, relative to the largest entry of each tensor. */
const tolerance = 1e-5;
const patient = 300_000;

interface Case {
  readonly folder: string;
  readonly modes: Readonly<Record<string, Mode>>;
  /** In place of the circuit's own. */
  readonly steps?: number;
}

const cases: readonly Case[] = [
  { folder: "circuits/conv-ngc", modes: {} },
  { folder: "circuits/conv-ngc", modes: { x: "masked" }, steps: 10 },
  { folder: "packages/compiler/fixtures/residual-block", modes: {} },
  { folder: "packages/compiler/fixtures/laterals-and-precisions", modes: {} },
  { folder: "packages/compiler/fixtures/pools-masks-and-shared-weights", modes: {} },
];

it.each(cases)(
  "$folder with $modes settles in onnxruntime to the reference engine's values",
  async ({ folder, modes, steps }) => {
    const { spec } = parseCircuit(readText(`${folder}/circuit.json`));
    const program = programOf(steps === undefined ? spec! : { ...spec!, settle: { ...spec!.settle, steps } }, modes);
    const { parameters, inputs, expected } = await settled(program);
    // This many threads start no worker.
    env.wasm.numThreads = 1;
    const session = await InferenceSession.create(exportOnnx(program, parameters), { logSeverityLevel: 3 });
    const given = [...inputs].filter(([id]) => session.inputNames.includes(id));
    const results = await session.run(
      Object.fromEntries(
        given.map(([id, data]) => [
          id,
          new Tensor("float32", Float32Array.from(data), [batch, ...shapeOf(program, id)]),
        ]),
      ),
    );
    expect(expected.size).toBeGreaterThan(3);
    for (const [id, values] of expected) {
      const got = results[id]!.data as Float32Array;
      const wanted = Float64Array.from(values);
      const scale = wanted.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
      const worst = wanted.reduce((most, value, k) => Math.max(most, Math.abs(value - got[k]!)), 0);
      expect({ id, length: got.length, close: worst / scale < tolerance || worst / scale }).toEqual({
        id,
        length: values.length,
        close: true,
      });
    }
  },
  patient,
);

function programOf(spec: CircuitSpec, modes: Readonly<Record<string, Mode>>): Program {
  const compiled = compile(spec, { modes });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return compiled.program;
}

const shapeOf = (program: Program, id: BufferId) => program.buffers.find((buffer) => buffer.id === id)!.type.shape;

/** A settle on the reference engine from drawn weights and data. */
async function settled(program: Program) {
  const executable = await referenceEngine.load(program);
  const parameters = new Map<string, NumberArray>();
  const inputs = new Map<BufferId, NumberArray>();
  const samples = Array.from({ length: batch }, (_, n) => n);
  for (const buffer of program.buffers) {
    const { id, role, type, stream } = buffer;
    const key = { seed: 1, stream: stream ?? id, epoch: 0, samples };
    if (role === "parameter" || (role === "input" && !type.batch)) {
      parameters.set(id, initialValues(buffer, 1));
      await executable.write(id, parameters.get(id)!);
    } else if (role === "noise") inputs.set(id, sampleNormals(key, sizeOf(type.shape)));
    else if (role === "input") {
      const drawn = sampleUniforms(key, sizeOf(type.shape));
      inputs.set(id, program.observed.some(({ mask }) => mask === id) ? drawn.map(Math.round) : drawn);
    }
  }
  const outputs = [...program.states, ...program.phases.readout.writes].map(({ buffer }) => buffer);
  const schedule = [{ phase: "start" }, { phase: "step", times: program.settle.steps }, { phase: "readout" }] as const;
  const expected = await executable.run({ batch, schedule, inputs, outputs });
  await executable.dispose();
  return { parameters, inputs, expected };
}
