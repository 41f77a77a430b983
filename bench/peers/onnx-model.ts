/** The settling of a chain of maps as an ONNX model: one `Loop`, or all steps written out. */
import { bytes, type Field, float, integer, joined, message, text } from "./protobuf.ts";
import type { ChainConstants } from "./problems.ts";

export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Inputs `x`, `z1` … `zL` and outputs `x`-less `settled1` … `settledL`, `e0` … `eL−1`, all
 * `[samples, height, width, channels]`; inside, channels come before positions, as ONNX wants them.
 *
 * @param weights `[3, 3, below, above]`, from the lowest layer up
 * @param biases one for each error node
 * @param form `loop` settles in one Loop, `unrolled` holds every step as nodes of its own
 */
export function onnxModel(
  constants: ChainConstants,
  weights: readonly OnnxTensor[],
  biases: readonly OnnxTensor[],
  form: "loop" | "unrolled",
): Uint8Array {
  const { layers, steps, rate, leak } = constants;
  const levels = Array.from({ length: layers }, (_, i) => i + 1);
  const initializers: Field[] = [
    floats("rate", [], [rate]),
    floats("kept", [], [1 - leak]),
    integers("steps", [steps]),
    ...weights.map((weight, i) => floats(`W${i + 1}`, ...channelsFirst(weight))),
    ...biases.map(({ data }, i) => floats(`b${i}`, [data.length], data)),
  ];
  const nodes: Field[] = [];
  const inputs = ["x", ...levels.map((level) => `z${level}`)];
  for (const name of inputs) nodes.push(transpose(name, `${name}:first`, [0, 3, 1, 2]));

  let settled: readonly string[];
  if (form === "loop") {
    const before = levels.map((level) => `before${level}`);
    const inside: Field[] = [node("Identity", ["go"], ["goOn"])];
    const after = stepNodes(inside, ["x:first", ...before], constants, "");
    const body = [
      ...inside.map((each) => bytes(1, each)),
      text(2, "step"),
      message(11, valueInfo("count", integer64, [])),
      message(11, valueInfo("go", boolean, [])),
      ...before.map((name) => message(11, valueInfo(name, float32))),
      message(12, valueInfo("goOn", boolean, [])),
      ...after.map((name) => message(12, valueInfo(name, float32))),
    ];
    settled = levels.map((level) => `after${level}`);
    const start = levels.map((level) => `z${level}:first`);
    nodes.push(node("Loop", ["steps", "", ...start], settled, [attribute("body", 5, message(6, body))]));
  } else {
    let states = levels.map((level) => `z${level}:first`);
    for (let step = 0; step < steps; step++) states = stepNodes(nodes, ["x:first", ...states], constants, `:${step}`);
    settled = states;
  }
  const errors = errorNodes(nodes, ["x:first", ...settled], constants, ":last");
  const outputs = [...levels.map((level) => `settled${level}`), ...errors.map((_, layer) => `e${layer}`)];
  for (const [i, name] of [...settled, ...errors].entries()) {
    nodes.push(transpose(name, outputs[i] ?? "", [0, 2, 3, 1]));
  }
  const graph = [
    ...nodes.map((each) => bytes(1, each)),
    text(2, "settle"),
    ...initializers.map((each) => bytes(5, each)),
    ...inputs.map((name) => message(11, valueInfo(name, float32))),
    ...outputs.map((name) => message(12, valueInfo(name, float32))),
  ];
  const [irVersion, operators] = [8, 17];
  return joined([integer(1, irVersion), message(7, graph), message(8, [text(1, ""), integer(2, operators)])]);
}

/** Adds the nodes of one step; returns the names of the states after it, without the lowest. */
function stepNodes(nodes: Field[], states: readonly string[], constants: ChainConstants, mark: string): string[] {
  const errors = errorNodes(nodes, states, constants, mark);
  return states.slice(1).map((state, i) => {
    const feedback = `feedback${i + 1}${mark}`;
    const attributes = [whole("strides", [2, 2]), whole("pads", [0, 0, 1, 1])];
    nodes.push(node("Conv", [errors[i] ?? "", `W${i + 1}`], [feedback], attributes));
    let direction = feedback;
    const own = errors[i + 1];
    if (own !== undefined) nodes.push(node("Sub", [feedback, own], [(direction = `direction${i + 1}${mark}`)]));
    const [moved, kept, next] = [`moved${i + 1}${mark}`, `kept${i + 1}${mark}`, `next${i + 1}${mark}`];
    nodes.push(node("Mul", [direction, "rate"], [moved]), node("Mul", [state, "kept"], [kept]));
    nodes.push(node("Add", [kept, moved], [next]));
    return next;
  });
}

/** Adds the nodes of all errors; returns their names. */
function errorNodes(nodes: Field[], states: readonly string[], { slope }: ChainConstants, mark: string): string[] {
  return states.slice(1).map((state, layer) => {
    const [activity, prediction, error] = [`a${layer}${mark}`, `p${layer}${mark}`, `error${layer}${mark}`];
    nodes.push(node("LeakyRelu", [state], [activity], [attribute("alpha", 1, float(2, slope))]));
    const attributes = [whole("strides", [2, 2]), whole("pads", [0, 0, 1, 1])];
    nodes.push(node("ConvTranspose", [activity, `W${layer + 1}`, `b${layer}`], [prediction], attributes));
    nodes.push(node("Sub", [states[layer] ?? "", prediction], [error]));
    return error;
  });
}

/** Types of elements, and of attributes, by the numbers of onnx.proto. */
const [float32, integer64, boolean] = [1, 7, 9] as const;

function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Field[] = [],
): Field {
  return joined([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, operator),
    ...attributes,
  ]);
}

const transpose = (from: string, to: string, order: readonly number[]): Field =>
  node("Transpose", [from], [to], [whole("perm", order)]);

const attribute = (name: string, type: number, value: Field): Field =>
  message(5, [text(1, name), value, integer(20, type)]);

const whole = (name: string, values: readonly number[]): Field =>
  message(5, [text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7)]);

function valueInfo(name: string, type: number, shape?: readonly number[]): readonly Field[] {
  const dimensions = shape?.map((extent) => message(1, [integer(1, extent)]));
  const tensor = [integer(1, type), ...(dimensions === undefined ? [] : [message(2, dimensions)])];
  return [text(1, name), message(2, [message(1, tensor)])];
}

function floats(name: string, shape: readonly number[], values: ArrayLike<number>): Field {
  const data = Float32Array.from(values);
  const dimensions = shape.map((extent) => integer(1, extent));
  return joined([...dimensions, integer(2, float32), text(8, name), bytes(9, new Uint8Array(data.buffer))]);
}

function integers(name: string, values: readonly number[]): Field {
  const data = BigInt64Array.from(values.map(BigInt));
  return joined([integer(2, integer64), text(8, name), bytes(9, new Uint8Array(data.buffer))]);
}

/** `[3, 3, below, above]` as `[above, below, 3, 3]`, which serves prediction and feedback alike. */
function channelsFirst({ shape, data }: OnnxTensor): [readonly number[], Float32Array] {
  const [height = 0, width = 0, below = 0, above = 0] = shape;
  const moved = new Float32Array(data.length);
  let to = 0;
  for (let a = 0; a < above; a++) {
    for (let b = 0; b < below; b++) {
      for (let tap = 0; tap < height * width; tap++) moved[to++] = data[(tap * below + b) * above + a] ?? 0;
    }
  }
  return [[above, below, height, width], moved];
}
