/**
 * TensorFlow.js on its WebAssembly backend as a contender, the settle written as a person writes it: `conv2dTranspose`
 * predicts, `conv2d` feeds back, one tidy for every step. Its WebAssembly runs on one thread in Node.
 *
 *     tfjs-worker.ts --problem FILE
 */
import { decodeSafetensors, encodeSafetensors, type Tensor as StoredTensor } from "@settle/runs";
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import * as core from "@tensorflow/tfjs-core";
import type { ChainConstants } from "./problems.ts";
import { serveRequests } from "./serve-requests.ts";

const { values: options } = parseArgs({ options: { problem: { type: "string", default: "" } } });

// A CommonJS package, whose exports Node gives as the default.
const tf = (core as unknown as { readonly default?: typeof core }).default ?? core;
tf.env().set("PROD", true);
await import("@tensorflow/tfjs-backend-wasm");
await tf.setBackend("wasm");
const { tensors, metadata } = decodeSafetensors(await readFile(options.problem), options.problem);
const constants = JSON.parse(metadata["problem"] ?? "{}") as ChainConstants;
if (constants.kind !== "maps" || constants.activation !== "leaky-relu") throw new Error("it settles leaky maps only");
const loaded = performance.now();
const { layers, steps, rate, leak, slope } = constants;

const stored = (name: string): StoredTensor => {
  const found = tensors.get(name);
  if (found === undefined) throw new Error(`the problem has no ${name}`);
  return found;
};
const constant = (name: string): Tensor => {
  const { data, shape } = stored(name);
  return tf.tensor(Float32Array.from(data), [...shape]);
};
const levels = Array.from({ length: layers }, (_, level) => level);
const weights = levels.map((level) => constant(`W${level + 1}`) as Tensor4D);
const biases = levels.map((level) => constant(`bias:e${level}`));

/** Errors of all layers but the highest: what is there less what the layer above predicts. */
function errorsOf(states: readonly Tensor4D[]): Tensor4D[] {
  return levels.map((level) => {
    const below = states[level]!;
    const activity = tf.leakyRelu(states[level + 1]!, slope);
    const prediction = tf.conv2dTranspose(activity, weights[level]!, below.shape, 2, "same");
    return tf.sub(below, tf.add(prediction, biases[level]!));
  });
}

/** One Euler step of all states but the lowest, all errors taken before it. */
function step(states: readonly Tensor4D[]): Tensor4D[] {
  const errors = errorsOf(states);
  const moved = levels.map((level) => {
    const state = states[level + 1]!;
    const feedback = tf.conv2d(errors[level]!, weights[level]!, 2, "same");
    const direction = level + 1 < layers ? tf.sub(feedback, errors[level + 1]!) : feedback;
    return tf.sub<Tensor4D>(tf.add(state, tf.mul(direction, rate)), tf.mul(state, leak));
  });
  return [states[0]!, ...moved];
}

/** From the host's arrays to arrays of the host: `z0` …, `e0` …. */
function settle(): Map<string, Float32Array> {
  return tf.tidy(() => {
    let states = ["x", ...levels.map((level) => `z${level + 1}`)].map((name) => constant(name) as Tensor4D);
    for (let time = 0; time < steps; time++) {
      const before = states;
      states = tf.tidy(() => step(before));
      tf.dispose(before.slice(1));
    }
    const read = (kind: string, each: Tensor4D, level: number): [string, Float32Array] => [
      `${kind}${level}`,
      each.dataSync<"float32">(),
    ];
    return new Map([
      ...states.map((state, level) => read("z", state, level)),
      ...errorsOf(states).map((error, level) => read("e", error, level)),
    ]) as unknown as core.TensorContainer;
  }) as unknown as Map<string, Float32Array>;
}

settle();
const seconds = { load: loaded / 1000, first: (performance.now() - loaded) / 1000 };
await serveRequests({ kind: "ready", version: `tfjs-wasm ${tf.version_core}`, seconds }, async (request) => {
  if (request.do === "settle") {
    for (let time = 0; time < request.times; time++) settle();
    return;
  }
  const batch = stored("x").shape[0] ?? 1;
  const written = new Map(
    [...settle()].map(([name, values]) => {
      const part = values.slice(0, (values.length / batch) * request.samples);
      return [name, { shape: [part.length], data: part }] as const;
    }),
  );
  await writeFile(request.file, encodeSafetensors({ tensors: written, metadata: {} }));
});
