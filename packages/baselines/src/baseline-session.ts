/** An autoencoder as a session, so that what trains and scores circuits trains and scores it on the same samples. */
import { addGaussianNoise } from "@settle/data";
import { settleError } from "@settle/diagnostics";
import { type BufferId, type Program, sizeOf } from "@settle/program";
import {
  type DataBatch,
  type NumberArray,
  type SampleStatus,
  sampleNormals,
  type Session,
  type SettleResult,
} from "@settle/runtime";
import { type BaselineKind, type BaselineOptions, createBaseline, pixelDeviation } from "./baseline.ts";

/** What it observes, and the error node that stands for what it answers. */
const image = "image";
/** A hidden pixel is grey. */
const hidden = 0.5;
/** Of what `conv-dae` is shown while it learns. */
const trainingNoise = 0.1;

/**
 * Settling is one answer: the image, clamped or released, goes in, and its `prediction` is what comes out. Where a mask
 * hides pixels they go in grey, and the final state keeps those that were seen. Learning is one update by Adam; its
 * discrepancy is the loss in the units of a circuit's, ½‖e‖² of an image; a VAE's has σ² times the divergence as well.
 *
 * @param options.batch, options.rate  what it learns with unless told otherwise. Default 128 and 2e-5, the paper's
 * @throws {SettleError} `engine/unknown`, `engine/unavailable`
 * @source ConvNGC appendix B
 */
export async function createBaselineSession(
  kind: BaselineKind,
  options: BaselineOptions & { readonly batch?: number; readonly rate?: number },
): Promise<Session> {
  const baseline = await createBaseline(kind, options);
  const { seed, shape, codeSize } = baseline;
  const initial = await baseline.export();
  const program = programOf(kind, options);
  const scale = kind === "conv-vae" ? pixelDeviation ** 2 : sizeOf(shape) / 2;
  let updates = 0;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };

  async function answer(batch: DataBatch, mode: string, mask: Float32Array | undefined): Promise<SettleResult> {
    const { count } = batch;
    const clean = imagesOf(batch);
    const seen = mask === undefined ? clean : clean.map((value, i) => (mask[i] === 1 ? value : hidden));
    const prediction = await baseline.reconstruct(seen, count);
    const state = mode === "clamped" ? clean : prediction.map((value, i) => (mask?.[i] === 1 ? clean[i]! : value));
    const discrepancies = { [image]: halfSquares(clean, prediction, count) };
    const total = discrepancies[image].reduce((sum, each) => sum + each, 0) / count;
    return {
      count,
      predictions: { [image]: prediction },
      errors: {},
      states: { [image]: state },
      discrepancies,
      discrepancy: { total, errors: { [image]: total } },
      statuses: statusesOf(count),
      diverged: [],
      trace: [],
    };
  }

  return {
    program,
    engine: { name: baseline.backend.name, device: baseline.backend.device, dtype: "float32", deterministic: true },
    seed,
    get updates() {
      return updates;
    },
    prepare: () => Promise.resolve(),
    settle: (batch, { modes = {} } = {}) =>
      inTurn(() => {
        const mode = modes[image] ?? "clamped";
        return answer(batch, mode, mode === "masked" ? batch.masks?.[image] : undefined);
      }),
    learn: (batch, { rate = program.learn.rate } = {}) =>
      inTurn(async () => {
        const began = performance.now();
        const images = imagesOf(batch);
        const key = { seed, epoch: batch.epoch ?? 0, samples: batch.indices ?? range(batch.count) };
        const loss = await baseline.learn({
          images: kind === "conv-dae" ? addGaussianNoise(images, key, trainingNoise) : images,
          targets: images,
          count: batch.count,
          rate,
          ...(codeSize > 0 && { normals: sampleNormals({ ...key, stream: "vae/code" }, codeSize) }),
        });
        if (!Number.isFinite(loss)) {
          throw settleError("run/not-finite", `The loss of ${kind} is ${loss}.`, { help: "use a smaller rate" });
        }
        updates += 1;
        const mean = loss * scale;
        const sum = mean * batch.count;
        return {
          kind: "learned",
          count: batch.count,
          discrepancy: { total: mean, errors: { [image]: mean } },
          sum: { samples: batch.count, total: sum, errors: { [image]: sum } },
          statuses: statusesOf(batch.count),
          seconds: { settle: 0, learn: (performance.now() - began) / 1000 },
        };
      }),
    stability: () => Promise.reject(noCircuit(kind, "has no states whose stability could be told")),
    project: () => Promise.reject(noCircuit(kind, "projects nothing")),
    parameters: {
      export: () => inTurn(() => baseline.export()),
      import: (tensors, count = 0) =>
        inTurn(async () => {
          await baseline.import(tensors);
          updates = count;
        }),
      reset: () =>
        inTurn(async () => {
          await baseline.import(initial);
          updates = 0;
        }),
    },
    dispose: () => inTurn(() => baseline.dispose()),
  };
}

/** Names a model among the runs of a comparison. */
export function baselineHash(kind: BaselineKind, shape: BaselineOptions["shape"]): string {
  return `${kind}/${shape.join("x")}`;
}

/** What a circuit's Program would say of it; there is nothing to run in it. */
function programOf(
  kind: BaselineKind,
  { shape, batch = 128, rate = 2e-5 }: BaselineOptions & { readonly batch?: number; readonly rate?: number },
): Program {
  const data = `data:${image}` as BufferId;
  const readout = (what: string): BufferId => `${what}/${image}` as BufferId;
  const nothing = { values: [], reads: [], instructions: [], writes: [] };
  return {
    format: "settle-program",
    version: 1,
    circuit: { name: kind, hash: baselineHash(kind, shape) },
    states: [{ id: image, buffer: image as BufferId }],
    observed: [{ state: image, field: "image", mode: "clamped", data }],
    errors: [
      {
        id: image,
        target: image,
        prediction: readout("prediction"),
        error: readout("error"),
        discrepancy: readout("discrepancy"),
      },
    ],
    settle: { steps: 0 },
    learn: { batch, rate, rateInput: "learn/rate" as BufferId, countInput: "learn/count" as BufferId },
    relations: [],
    buffers: [{ id: data, role: "input", type: { batch: true, shape }, description: "images" }],
    phases: {
      start: nothing,
      step: nothing,
      readout: nothing,
      accumulate: nothing,
      restrain: nothing,
      stability: nothing,
      apply: nothing,
    },
  };
}

function imagesOf({ fields }: DataBatch): Float32Array {
  const images = fields["image"];
  if (images !== undefined) return images;
  throw settleError("data/missing-field", `An autoencoder is fed with "image", which the data do not have.`, {
    help: `the data offer: ${Object.keys(fields).join(", ") || "nothing"}.`,
  });
}

function halfSquares(target: NumberArray, answer: NumberArray, count: number): Float64Array {
  const size = target.length / count;
  const sums = new Float64Array(count);
  for (const [i, value] of answer.entries()) sums[Math.floor(i / size)]! += (target[i]! - value) ** 2 / 2;
  return sums;
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

const statusesOf = (count: number): readonly SampleStatus[] => range(count).map(() => ({ kind: "max-steps", step: 0 }));

function noCircuit(kind: BaselineKind, what: string): Error {
  return settleError("session/nothing-settled", `${kind} is an autoencoder, and ${what}.`, {
    help: "ask a circuit.",
  });
}
