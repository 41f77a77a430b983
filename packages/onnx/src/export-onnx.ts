/**
 * A whole settle as an ONNX model: the start, one `Loop` over the steps, the readout. Weights are initializers named as
 * Settle names them, in its layouts; inputs are data, masks and the normal numbers of the start; outputs are states,
 * predictions, errors and discrepancies. Anything that runs ONNX runs it, for any number of samples.
 *
 * @source onnx
 */
import { type Buffer, type BufferId, type Program, sizeOf } from "@settle/program";
import { createGraphBuilder, type GraphBuilder, valueInfo } from "./graph-builder.ts";
import { lowerPhase } from "./lower-phase.ts";
import { elementTypes, encodeModel, type Graph, type ValueInfo } from "./onnx-format.ts";

/** Values of parameters, by buffer: row-major. */
export type ParameterValues = ReadonlyMap<string, ArrayLike<number>>;

/**
 * @param parameters  every parameter, and every input that is the same for all samples, that the settle reads
 * @returns the bytes of an `.onnx` file: operator set 17, float32
 * @throws {RangeError} when a parameter is missing or has another size than its buffer
 */
export function exportOnnx(program: Program, parameters: ParameterValues): Uint8Array {
  const builder = createGraphBuilder();
  const { start, step, readout } = program.phases;
  const byId = new Map(program.buffers.map((buffer) => [buffer.id, buffer]));
  const bufferOf = (id: BufferId): Buffer => byId.get(id)!;
  const outputs = outputBuffers(program).map(bufferOf);
  for (const { id } of outputs) builder.fresh(id);

  const read = new Set([start, step, readout].flatMap(({ reads }) => reads.map(({ buffer }) => buffer)));
  const values = new Map<BufferId, string>();
  const inputs: ValueInfo[] = [];
  for (const buffer of program.buffers) {
    const { id, role, type, description } = buffer;
    if (!read.has(id)) continue;
    if (type.batch && (role === "input" || role === "noise")) {
      values.set(id, builder.fresh(id));
      inputs.push(valueInfo(id, type, description));
    } else if (role === "parameter" || role === "moment" || role === "input") {
      values.set(id, parameterOf(builder, buffer, parameters));
    }
  }
  const batch = batchSize(builder, program, inputs);
  const context = { program, builder, outside: builder, batch };
  for (const [id, name] of lowerPhase({ ...context, buffers: values }, start)) values.set(id, name);
  for (const [id, name] of stepLoop(builder, program, batch, values)) values.set(id, name);
  for (const [id, name] of lowerPhase({ ...context, buffers: values }, readout)) values.set(id, name);
  for (const { id } of outputs) {
    builder.addNode({
      name: `${id}:output`,
      opType: "Identity",
      input: [values.get(id)!],
      output: [id],
      attribute: [],
    });
  }

  const steps = scalarInfo("steps", elementTypes.int64, `steps; ${program.settle.steps} where it is not given`);
  const stepsTensor = {
    name: "steps",
    dims: [],
    dataType: elementTypes.int64,
    rawData: new Uint8Array(BigInt64Array.of(BigInt(program.settle.steps)).buffer),
  };
  const { name, hash } = program.circuit;
  const graph: Graph = {
    name,
    node: builder.nodes,
    initializer: [...builder.initializers, stepsTensor],
    input: [...inputs, steps],
    output: outputs.map(({ id, type, description }) => valueInfo(id, type, description)),
    docString: `circuit ${name}, ${hash}`,
  };
  return encodeModel({
    irVersion: 8,
    producerName: "settle",
    docString: `The settle of ${name}: start, steps, readout.`,
    graph,
    opsetImport: [{ domain: "", version: 17 }],
  });
}

/** States, all that the readout writes, and what became of each sample. */
function outputBuffers({ states, phases, monitor }: Program): readonly BufferId[] {
  return [
    ...states.map(({ buffer }) => buffer),
    ...phases.readout.writes.map(({ buffer }) => buffer),
    ...(monitor === undefined ? [] : [monitor.status, monitor.statusStep]),
  ];
}

/** The weights, under their own name. */
function parameterOf(builder: GraphBuilder, { id, type }: Buffer, parameters: ParameterValues): string {
  const values = parameters.get(id);
  if (values?.length !== sizeOf(type.shape)) throw new RangeError(`${id} has ${values?.length ?? "no"} numbers`);
  return builder.parameter(id, type.shape, Float32Array.from(values));
}

/** N, from the first input that has it. A circuit that is given nothing per sample is told N itself. */
function batchSize(builder: GraphBuilder, program: Program, inputs: ValueInfo[]): string {
  const batched = inputs.find(({ name }) => program.buffers.find(({ id }) => id === name)?.type.batch);
  if (batched !== undefined) return builder.add("Shape", [batched.name], { start: 0, end: 1 }, "batch");
  const name = builder.fresh("batch");
  const shape = { dim: [{ dimValue: 1 }] };
  inputs.push({ name, type: { tensorType: { elemType: elementTypes.int64, shape } }, docString: "number of samples" });
  return name;
}

const scalarInfo = (name: string, elemType: number, docString: string): ValueInfo => ({
  name,
  type: { tensorType: { elemType, shape: { dim: [] } } },
  docString,
});

/** One `Loop` that carries every buffer a step writes. */
function stepLoop(
  builder: GraphBuilder,
  program: Program,
  batch: string,
  before: ReadonlyMap<BufferId, string>,
): ReadonlyMap<BufferId, string> {
  const { step } = program.phases;
  if (step.writes.length === 0) return new Map();
  const carried = step.writes.map(({ buffer }) => buffer);
  const typeOf = (id: BufferId) => program.buffers.find((buffer) => buffer.id === id)!;
  const body = builder.inner();
  const names = carried.map((id) => ({ id, given: builder.fresh(`${id}@before`), left: builder.fresh(`${id}@after`) }));
  const inside = new Map([...before, ...names.map(({ id, given }) => [id, given] as const)]);
  const written = lowerPhase({ program, builder: body, outside: builder, batch, buffers: inside }, step);
  const goOn = builder.fresh("go-on");
  const [iteration, condition] = [builder.fresh("step"), builder.fresh("going-on")];
  body.addNode({ name: "go-on:Identity", opType: "Identity", input: [condition], output: [goOn], attribute: [] });
  for (const { id, left } of names) {
    body.addNode({
      name: `${left}:Identity`,
      opType: "Identity",
      input: [written.get(id)!],
      output: [left],
      attribute: [],
    });
  }
  const graph: Graph = {
    name: "step",
    node: body.nodes,
    initializer: [],
    input: [
      scalarInfo(iteration, elementTypes.int64, "steps taken"),
      scalarInfo(condition, elementTypes.bool, "always true"),
      ...names.map(({ id, given }) => valueInfo(given, typeOf(id).type, `${id} before the step`)),
    ],
    output: [
      scalarInfo(goOn, elementTypes.bool, "always true"),
      ...names.map(({ id, left }) => valueInfo(left, typeOf(id).type, `${id} after the step`)),
    ],
    docString: "one correction of all states",
  };
  const after = names.map(({ id }) => builder.fresh(`${id}@end`));
  const always = builder.truth();
  builder.addNode({
    name: "settle:Loop",
    opType: "Loop",
    input: ["steps", always, ...carried.map((id) => before.get(id)!)],
    output: after,
    attribute: [builder.graphAttribute("body", graph)],
  });
  return new Map(carried.map((id, k) => [id, after[k]!]));
}
