/** The convolutional autoencoder of the Conv-NGC paper, which it prints in words only. */
import type { Layers, LayersModel, SymbolicTensor } from "./layers.ts";

export interface AutoencoderOptions {
  /** `[height, width, channels]`; height and width multiples of 4. */
  readonly shape: readonly [number, number, number];
  readonly activation: "relu" | "selu";
  readonly seed: number;
}

/** Channels of every hidden map. */
const channels = 32;

/** Of the running means that answers use: those of some twenty updates, so that short trainings have them too. A choice. */
const momentum = 0.9;

/** Where a hidden map is made, and how its extent changes. */
const stages = [
  { kind: "conv2d", stride: 2 },
  { kind: "conv2d", stride: 2 },
  { kind: "conv2d", stride: 1 },
  { kind: "conv2dTranspose", stride: 1 },
  { kind: "conv2dTranspose", stride: 2 },
  { kind: "conv2dTranspose", stride: 2 },
] as const;

/**
 * A 3 → 32 convolution, five more of 32 → 32, of which three are transposed, and one 32 → 3, all 3 × 3 with bias and
 * followed by batch normalization; sigmoid at the end. That is 48,393 trainable numbers for three channels, as the paper
 * counts, which fixes the channels. Strides are a choice, since five blocks of stride 2 and pool 2 do not fit 32 × 32:
 * two of stride 2 on either side, a code of 8 × 8 × 32.
 *
 * @returns `[batch, ...shape]` → `[batch, ...shape]`, in 0 … 1
 * @source ConvNGC appendix B
 */
export function convolutionalAutoencoder(tfl: Layers, options: AutoencoderOptions): LayersModel {
  const { shape, activation, seed } = options;
  const initial = (nth: number): ReturnType<Layers["initializers"]["heNormal"]> => {
    const law = activation === "selu" ? tfl.initializers.leCunNormal : tfl.initializers.heNormal;
    return law({ seed: 1000 * seed + nth });
  };
  const input = tfl.input({ shape: [...shape] });
  let map: SymbolicTensor = input;
  for (const [nth, { kind, stride }] of stages.entries()) {
    const config = {
      filters: channels,
      kernelSize: 3,
      strides: stride,
      padding: "same" as const,
      kernelInitializer: initial(nth),
      name: `stage${nth + 1}`,
    };
    const layer = kind === "conv2d" ? tfl.layers.conv2d(config) : tfl.layers.conv2dTranspose(config);
    map = layer.apply(map) as SymbolicTensor;
    map = tfl.layers.batchNormalization({ momentum, name: `norm${nth + 1}` }).apply(map) as SymbolicTensor;
    map = tfl.layers.activation({ activation, name: `act${nth + 1}` }).apply(map) as SymbolicTensor;
  }
  map = tfl.layers
    .conv2d({
      filters: shape[2],
      kernelSize: 3,
      padding: "same",
      kernelInitializer: initial(stages.length),
      name: "output",
    })
    .apply(map) as SymbolicTensor;
  map = tfl.layers.batchNormalization({ momentum, name: "output_norm" }).apply(map) as SymbolicTensor;
  map = tfl.layers.activation({ activation: "sigmoid", name: "image" }).apply(map) as SymbolicTensor;
  return tfl.model({ inputs: input, outputs: map });
}
