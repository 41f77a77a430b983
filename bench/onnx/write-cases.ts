/**
 * Writes ONNX models with inputs and the reference engine's results, for `check.py` to run in onnxruntime:
 *
 *     npx jiti bench/onnx/write-cases.ts DIR && python bench/onnx/check.py DIR
 */
import { compile } from "@settle/compiler";
import { exportOnnx } from "@settle/onnx";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import { encodeSafetensors } from "@settle/runs";
import { initialValues, type NumberArray, sampleNormals, sampleUniforms } from "@settle/runtime";
import { chooseEngine, loadCircuit } from "@settle/settle";
import fc from "fast-check";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { arbitraryCircuit } from "../../packages/conformance/test/arbitrary-circuit.ts";
import { arbitraryRelation } from "../../packages/engine-reference/test/arbitrary-relation.ts";
import { arbitraryPool } from "../../test/arbitrary-pool.ts";
import { relationsProgram } from "../../test/relations-program.ts";

const batch = 3;
const [folder = ""] = process.argv.slice(2);
const names = process.argv.slice(3);
const random = fc.sample(arbitraryCircuit, { numRuns: 40, seed: 7 });
const circuits = [
  ...(
    await Promise.all(
      (names.length > 0 ? names : ["conv-ngc", "ngc", "conv-ngc-separate"]).map((name) => loadCircuit(name)),
    )
  ).map(({ spec }) => spec),
  ...random.map((circuit, k) => ({ ...circuit, name: `random-${k}` })),
];
await mkdir(folder, { recursive: true });
for (const spec of circuits) {
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(`${spec.name} does not compile`);
  await writeCase(spec.name, compiled.program);
}
// Every form of relation and pool, both ways.
for (let seed = 1; seed <= 10; seed++) {
  const relations = fc.sample(arbitraryRelation, { numRuns: 8, seed });
  await writeCase(`relations-${seed}`, relationsProgram(relations, fc.sample(arbitraryPool, { numRuns: 4, seed })));
}
process.stdout.write(`${circuits.length + 10} cases in ${folder}\n`);

async function writeCase(name: string, program: Program): Promise<void> {
  const executable = await (await chooseEngine("reference")).load(program);
  const parameters = new Map<string, NumberArray>();
  const inputs = new Map<BufferId, NumberArray>();
  const samples = Array.from({ length: batch }, (_, n) => n);
  for (const buffer of program.buffers) {
    const { id, role, type, stream } = buffer;
    if (role === "parameter" || (role === "input" && !type.batch)) {
      // Relations by themselves have no law of their own.
      const drawn = sampleNormals({ seed: 1, stream: id, epoch: 0, samples: [0] }, sizeOf(type.shape));
      parameters.set(
        id,
        role === "parameter" && stream === undefined && buffer.initial?.kind === "constant"
          ? drawn
          : initialValues(buffer, 1),
      );
      await executable.write(id, parameters.get(id)!);
    }
    const key = { seed: 1, stream: stream ?? id, epoch: 0, samples };
    if (type.batch && role === "noise") inputs.set(id, sampleNormals(key, sizeOf(type.shape)));
    if (type.batch && role === "input") inputs.set(id, sampleUniforms(key, sizeOf(type.shape)));
  }
  const outputs = [...program.states, ...program.phases.readout.writes].map(({ buffer }) => buffer);
  const schedule = [{ phase: "start" }, { phase: "step", times: program.settle.steps }, { phase: "readout" }] as const;
  const expected = await executable.run({ batch, schedule, inputs, outputs });
  const tensors = new Map(
    [...inputs, ...expected].map(([id, data]) => {
      const { shape } = program.buffers.find((buffer) => buffer.id === id)!.type;
      return [
        `${inputs.has(id) ? "input" : "output"}/${id}`,
        { shape: [batch, ...shape], data: Float32Array.from(data) },
      ];
    }),
  );
  await writeFile(path.join(folder, `${name}.onnx`), exportOnnx(program, parameters));
  await writeFile(path.join(folder, `${name}.safetensors`), encodeSafetensors({ tensors, metadata: {} }));
  await executable.dispose();
}
