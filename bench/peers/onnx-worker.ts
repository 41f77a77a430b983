/**
 * onnxruntime-node as a contender. It is no dependency of ours: it is taken from wherever it is said to be.
 *
 *     onnx-worker.ts --modules DIR --problem FILE --threads N [--form loop|unrolled[/CHUNK]] [--first A --last B]
 */
import { decodeSafetensors, encodeSafetensors, type Tensor } from "@settle/runs";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { onnxModel, type OnnxTensor } from "./onnx-model.ts";
import type { ChainConstants } from "./problems.ts";
import { serveRequests } from "./serve-requests.ts";

/** What is used of onnxruntime-node. */
interface OnnxRuntime {
  readonly env: { readonly versions: { readonly common: string; readonly node?: string } };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => OnnxValue;
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<{ run(feeds: Feeds): Promise<Feeds> }>;
  };
}
interface OnnxValue {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}
type Feeds = Readonly<Record<string, OnnxValue>>;

const { values: options } = parseArgs({
  options: {
    modules: { type: "string", default: "." },
    problem: { type: "string", default: "" },
    threads: { type: "string", default: "1" },
    form: { type: "string", default: "loop" },
    first: { type: "string", default: "0" },
    last: { type: "string" },
  },
});

let runtime: OnnxRuntime | undefined;
try {
  runtime = createRequire(join(resolve(options.modules), "here.js"))("onnxruntime-node") as OnnxRuntime;
} catch (fault) {
  const reason = `onnxruntime-node cannot be loaded: ${String(fault).split("\n")[0]}`;
  process.stdout.write(`${JSON.stringify({ kind: "missing", reason })}\n`);
}
if (runtime !== undefined) {
  const { Tensor: OnnxArray, InferenceSession, env } = runtime;
  const { tensors, metadata } = decodeSafetensors(await readFile(options.problem), options.problem);
  const constants = JSON.parse(metadata["problem"] ?? "{}") as ChainConstants;
  const tensor = (name: string): OnnxTensor => tensors.get(name) as OnnxTensor;
  const levels = Array.from({ length: constants.layers }, (_, i) => i + 1);
  const loaded = performance.now();
  const weights = levels.map((level) => tensor(`W${level}`));
  const biases = levels.map((level) => tensor(`bias:e${level - 1}`));
  const [form, chunk] = options.form.split("/");
  const model = onnxModel(constants, weights, biases, form === "unrolled" ? "unrolled" : "loop");
  const session = await InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: Number(options.threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const names = ["x", ...levels.map((level) => `z${level}`)];
  const last = Number(options.last ?? tensor("x").shape[0]);
  const size = Number(chunk ?? last);
  const feeds: Feeds[] = [];
  for (let from = Number(options.first); from < last; from += size) {
    const to = Math.min(from + size, last);
    feeds.push(Object.fromEntries(names.map((name) => [name, slice(tensor(name), from, to)])));
  }
  let settled: Feeds[] = [];
  const once = async (): Promise<void> => {
    settled = [];
    for (const each of feeds) settled.push(await session.run(each));
  };
  await once();
  const seconds = { load: loaded / 1000, first: (performance.now() - loaded) / 1000 };
  function slice({ shape, data }: OnnxTensor, from: number, to: number): OnnxValue {
    const each = shape.slice(1).reduce((product, extent) => product * extent, 1);
    return new OnnxArray("float32", data.slice(from * each, to * each), [to - from, ...shape.slice(1)]);
  }
  const version = `onnxruntime-node ${env.versions.node ?? env.versions.common}`;
  await serveRequests({ kind: "ready", version, seconds }, async (request) => {
    if (request.do === "settle") {
      for (let time = 0; time < request.times; time++) await once();
      return;
    }
    const named: readonly (readonly [string, OnnxValue | undefined])[] = [
      ["z0", feeds[0]?.["x"]],
      ...levels.map((level) => [`z${level}`, settled[0]?.[`settled${level}`]] as const),
      ...levels.map((level) => [`e${level - 1}`, settled[0]?.[`e${level - 1}`]] as const),
    ];
    const written = new Map<string, Tensor>();
    for (const [name, value] of named) {
      if (value === undefined) throw new Error(`the model gives no ${name}`);
      const { data, dims } = value;
      const part = data.slice(0, (data.length / (dims[0] ?? 1)) * request.samples);
      written.set(name, { shape: [part.length], data: part });
    }
    await writeFile(request.file, encodeSafetensors({ tensors: written, metadata: {} }));
  });
}
