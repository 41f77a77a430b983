/** A model trained by backpropagation, to compare circuits with. */
import { settleError } from "@settle/diagnostics";
import { openTfjs } from "@settle/engine-tfjs";
import type { StoredTensor } from "@settle/runtime";
import type { AdamOptimizer, Scalar, Tensor, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { convolutionalAutoencoder } from "./convolutional-autoencoder.ts";
import { importLayers, type LayersModel } from "./layers.ts";
import { variationalAutoencoder } from "./variational-autoencoder.ts";

/**
 * - `conv-ae`: the paper's convolutional autoencoder.
 * - `conv-dae`: the same with SELU, shown images with noise and taught the clean ones.
 * - `conv-vae`: a variational one of like size.
 */
export const baselineKinds = ["conv-ae", "conv-dae", "conv-vae"] as const;
export type BaselineKind = (typeof baselineKinds)[number];

export interface BaselineOptions {
  /** `[height, width, channels]` of the images; height and width multiples of 4. */
  readonly shape: readonly [number, number, number];
  /** Where initial weights, and the codes a VAE draws, come from. Default 1. */
  readonly seed?: number;
  /** `tfjs:node`, `tfjs:wasm`, …; default the fastest that works here. */
  readonly backend?: string;
}

export interface LearnBatch {
  /** What the model is shown, `[count, ...shape]`. */
  readonly images: Float32Array;
  /** What it should answer; the same images, or those without noise. */
  readonly targets: Float32Array;
  readonly count: number;
  /** Of Adam. */
  readonly rate: number;
  /** For a VAE: standard normal numbers of its code. */
  readonly normals?: Float32Array;
}

/** Dispose of it when done. */
export interface Baseline {
  readonly kind: BaselineKind;
  readonly shape: readonly [number, number, number];
  readonly seed: number;
  /** How many numbers backpropagation changes. */
  readonly parameters: number;
  readonly backend: { readonly name: string; readonly device: string };
  /** Numbers in the code of one image that `LearnBatch.normals` has to have; 0 where none are drawn. */
  readonly codeSize: number;
  /** One update by Adam. @returns the loss before it, mean over images */
  learn(batch: LearnBatch): Promise<number>;
  /** What the model answers, `[count, ...shape]`; a VAE takes the mean of its code. */
  reconstruct(images: Float32Array, count: number): Promise<Float32Array>;
  /** Weights, running means of batch normalization and Adam's moments. */
  export(): Promise<ReadonlyMap<string, StoredTensor>>;
  /** @throws {SettleError} `checkpoint/missing-tensor` */
  import(tensors: ReadonlyMap<string, StoredTensor>): Promise<void>;
  dispose(): Promise<void>;
}

/** Of a VAE's pixels given its code; the smaller, the more the pixels weigh against the code's prior. */
export const pixelDeviation = 0.1;

/** @throws {SettleError} `engine/unknown`, `engine/unavailable` */
export async function createBaseline(kind: BaselineKind, options: BaselineOptions): Promise<Baseline> {
  const { shape, seed = 1, backend } = options;
  const tfjs = await openTfjs(backend);
  const tfl = await importLayers();
  return tfjs.use(async (tf) => {
    const adam = tf.train.adam(0.001);
    if (kind !== "conv-vae") {
      const model = convolutionalAutoencoder(tfl, { shape, seed, activation: kind === "conv-ae" ? "relu" : "selu" });
      return wrap([model], {
        codeSize: 0,
        loss: (images, targets) =>
          tf.mean(tf.squaredDifference(model.apply(images, { training: true }) as Tensor, targets)),
        answer: (images) => model.apply(images, { training: false }) as Tensor,
      });
    }
    const { encoder, decoder } = variationalAutoencoder(tfl, { shape, seed });
    const codeShape = (encoder.outputs[0]?.shape.slice(1) ?? []) as number[];
    const codeSize = codeShape.reduce((product, each) => product * each, 1);
    return wrap([encoder, decoder], {
      codeSize,
      loss(images, targets, normals) {
        const [mean, logVariance] = encoder.apply(images, { training: true }) as [Tensor, Tensor];
        const drawn = tf.tensor(normals, [images.shape[0], ...codeShape]);
        const code = tf.add(mean, tf.mul(drawn, tf.exp(tf.mul(logVariance, 0.5))));
        const answer = decoder.apply(code, { training: true }) as Tensor;
        const pixels = tf.div(tf.sum(tf.squaredDifference(answer, targets)), 2 * pixelDeviation ** 2);
        const divergence = tf.mul(
          -0.5,
          tf.sum(tf.sub(tf.add(1, logVariance), tf.add(tf.square(mean), tf.exp(logVariance)))),
        );
        return tf.div(tf.add(pixels, divergence), images.shape[0]);
      },
      answer(images) {
        const [mean] = encoder.apply(images, { training: false }) as [Tensor, Tensor];
        return decoder.apply(mean, { training: false }) as Tensor;
      },
    });

    function wrap(models: readonly LayersModel[], mathematics: Mathematics): Baseline {
      const trainable = models.flatMap((model) =>
        model.trainableWeights.map((weight) => weight.read() as unknown as Variable),
      );
      return {
        kind,
        shape,
        seed,
        parameters: trainable.reduce((sum, { size }) => sum + size, 0),
        backend: { name: tfjs.name, device: tfjs.device },
        codeSize: mathematics.codeSize,
        learn: ({ images, targets, count, rate, normals = new Float32Array(0) }) =>
          tfjs.use(async () => {
            setRate(adam, rate);
            const value = tf.tidy(() => {
              const shown = tf.tensor4d(images, [count, ...shape]);
              const wanted = targets === images ? shown : tf.tensor4d(targets, [count, ...shape]);
              const cost = adam.minimize(() => mathematics.loss(shown, wanted, normals) as Scalar, true, trainable);
              return cost as Scalar;
            });
            const [mean] = await value.data();
            value.dispose();
            return mean as number;
          }),
        reconstruct: (images, count) =>
          tfjs.use(async () => {
            const answered = tf.tidy(() => mathematics.answer(tf.tensor4d(images, [count, ...shape])));
            const values = (await answered.data()) as Float32Array;
            answered.dispose();
            return values;
          }),
        export: () =>
          tfjs.use(async () => {
            const tensors = new Map<string, StoredTensor>();
            for (const model of models) {
              for (const weight of model.weights) {
                const tensor = weight.read();
                tensors.set(weight.originalName, {
                  role: "parameter",
                  shape: tensor.shape,
                  data: (await tensor.data()) as Float32Array,
                });
              }
            }
            for (const { name, tensor } of await adam.getWeights()) {
              tensors.set(`adam/${name}`, {
                role: "moment",
                shape: tensor.shape,
                data: Float32Array.from(await tensor.data()),
              });
            }
            return tensors;
          }),
        import: (tensors) =>
          tfjs.use(async () => {
            for (const model of models) {
              for (const weight of model.weights) {
                const stored = tensors.get(weight.originalName);
                if (stored === undefined) throw missing(weight.originalName);
                const value = tf.tensor(Float32Array.from(stored.data), [...stored.shape]);
                weight.write(value);
                value.dispose();
              }
            }
            const moments = [...tensors].filter(([name]) => name.startsWith("adam/"));
            if (moments.length === 0) return;
            const named = moments.map(([name, { shape: size, data }]) => ({
              name: name.slice("adam/".length),
              tensor: tf.tensor(Float32Array.from(data), [...size]),
            }));
            await adam.setWeights(named);
          }),
        dispose: () =>
          tfjs.use(async () => {
            for (const model of models) model.dispose();
            adam.dispose();
          }),
      };
    }
  });
}

interface Mathematics {
  readonly codeSize: number;
  readonly loss: (images: Tensor4D, targets: Tensor4D, normals: Float32Array) => Tensor;
  readonly answer: (images: Tensor4D) => Tensor;
}

/** The rate is a field that tfjs keeps from its types. */
function setRate(adam: AdamOptimizer, rate: number): void {
  (adam as unknown as { learningRate: number }).learningRate = rate;
}

function missing(name: string): Error {
  return settleError("checkpoint/missing-tensor", `The weights have no tensor "${name}".`, {
    help: "they are of another model; train this one, or name the other.",
  });
}
