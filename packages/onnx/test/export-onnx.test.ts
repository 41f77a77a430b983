import { compile } from "@settle/compiler";
import { decodeModel, exportOnnx, type Graph } from "@settle/onnx";
import { type Program, sizeOf } from "@settle/program";
import { initialValues } from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { describe, expect, it } from "vitest";

const circuit: CircuitSpec = {
  version: 1,
  name: "small",
  states: {
    x: { shape: [8, 8, 1], observed: { data: "image" } },
    z1: { shape: [4, 4, 2], activation: { kind: "leaky-relu", slope: 0.2 } },
    z2: { shape: [5], activation: "tanh", derivative: true },
  },
  errors: { e0: { target: "x", output: "sigmoid", bias: true }, e1: { target: "z1" } },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2, feedback: "separate" },
    W2: { from: "z2", to: "e1", kind: "dense" },
  },
  settle: { steps: 12, tolerance: 0.001 },
};

function programOf(spec: CircuitSpec, modes = {}): Program {
  const compiled = compile(spec, { modes });
  if (!compiled.ok) throw new Error("does not compile");
  return compiled.program;
}

const parametersOf = (program: Program) =>
  new Map(
    program.buffers.flatMap((b) =>
      b.role === "parameter" || (b.role === "input" && !b.type.batch)
        ? [[b.id as string, initialValues(b, 1)] as const]
        : [],
    ),
  );

const modelOf = (program: Program) => decodeModel(exportOnnx(program, parametersOf(program)));

/** Every name is given once, before it is used; those outside a loop's body are seen inside. */
function checkNames(graph: Graph, outside: ReadonlySet<string> = new Set()): Set<string> {
  const given = new Set(outside);
  const give = (name: string): void => {
    expect(given.has(name), `${name} is given twice`).toBe(false);
    given.add(name);
  };
  const inputs = new Set(graph.input.map(({ name }) => name));
  for (const { name } of graph.initializer) if (!inputs.has(name)) give(name);
  for (const name of inputs) give(name);
  for (const node of graph.node) {
    for (const name of node.input) expect(given.has(name), `${node.name} reads ${name}`).toBe(true);
    for (const { g } of node.attribute)
      if (g !== undefined && g !== null) for (const name of checkNames(g, given)) given.add(name);
    for (const name of node.output) give(name);
  }
  for (const { name } of graph.output) expect(given.has(name), `output ${name}`).toBe(true);
  return given;
}

describe("the settle as an ONNX model", () => {
  const program = programOf(circuit);
  const { graph, opsetImport } = modelOf(program);

  it("takes data and noise, and gives states, predictions, errors and discrepancies", () => {
    expect(graph.input.map(({ name }) => name)).toEqual(["data:x", "noise:z2", "steps"]);
    expect(graph.output.map(({ name }) => name)).toEqual([
      "x",
      "z1",
      "z2",
      ...["e0", "e1"].flatMap((e) => [`prediction/${e}`, `error/${e}`, `discrepancy/${e}`]),
      "monitor/status",
      "monitor/status-step",
    ]);
    expect(graph.input[0]?.type.tensorType.shape.dim.map((d) => d.dimParam || d.dimValue)).toEqual(["N", 8, 8, 1]);
    expect(opsetImport).toEqual([{ domain: "", version: 17 }]);
  });

  it("holds the weights under their own names, in the layouts of checkpoints", () => {
    for (const { id, role, type, initial, stream } of program.buffers) {
      if (role !== "parameter" || initial === undefined || stream === undefined) continue;
      const tensor = graph.initializer.find(({ name }) => name === id)!;
      expect(tensor.dims).toEqual(type.shape);
      const numbers = new Float32Array(Uint8Array.from(tensor.rawData).buffer);
      expect(numbers).toEqual(parametersOf(program).get(id));
    }
  });

  it("is one loop over the steps, whose body carries what a step writes", () => {
    const loops = graph.node.filter(({ opType }) => opType === "Loop");
    expect(loops).toHaveLength(1);
    const body = loops[0]!.attribute[0]!.g!;
    expect(body.input).toHaveLength(2 + program.phases.step.writes.length);
    expect(body.output).toHaveLength(1 + program.phases.step.writes.length);
    const steps = graph.initializer.find(({ name }) => name === "steps")!;
    expect(new BigInt64Array(Uint8Array.from(steps.rawData).buffer)).toEqual(BigInt64Array.of(12n));
  });

  it.each(["clamped", "released", "free", "masked"] as const)(
    "names every value once and before its use, x %s",
    (mode) => {
      checkNames(modelOf(programOf(circuit, { x: mode })).graph);
    },
  );

  it("turns weights outside the loop, once", () => {
    const body = graph.node.find(({ opType }) => opType === "Loop")!.attribute[0]!.g!;
    const weights = new Set(graph.initializer.map(({ name }) => name));
    const turnedInside = body.node.filter(({ opType, input }) => opType === "Transpose" && weights.has(input[0]!));
    expect(turnedInside).toEqual([]);
  });

  it("is refused without all the weights, or with others", () => {
    const parameters = parametersOf(program);
    expect(() => exportOnnx(program, new Map())).toThrow(RangeError);
    const w2 = program.buffers.find(({ id }) => id === "W2")!;
    expect(() =>
      exportOnnx(program, new Map([...parameters, ["W2", new Float32Array(sizeOf(w2.type.shape) + 1)]])),
    ).toThrow(/W2 has 161 numbers/);
  });
});
