/** A variational autoencoder about as large as the convolutional ones. */
import type { Layers, LayersModel, SymbolicTensor } from "./layers.ts";

export interface VariationalAutoencoder {
  /** `[batch, ...shape]` → mean and log variance of the code, each `[batch, height/4, width/4, codeChannels]`. */
  readonly encoder: LayersModel;
  /** A code → `[batch, ...shape]`, in 0 … 1. */
  readonly decoder: LayersModel;
}

const channels = 32;
/** Of the code at a quarter of the image's extent: 8 × 8 × 16 numbers for 32 × 32 pixels. */
const codeChannels = 16;

/**
 * Convolutions of stride 2, 2 and 1 to the mean and log variance of a code, and back by transposed ones: 43,395 trainable
 * numbers for three channels. All of it is a choice; the papers have no such model.
 * @source Kingma2014
 */
export function variationalAutoencoder(
  tfl: Layers,
  { shape, seed }: { readonly shape: readonly [number, number, number]; readonly seed: number },
): VariationalAutoencoder {
  const [height, width, depth] = shape;
  let nth = 0;
  const layer = (
    from: SymbolicTensor,
    kind: "conv2d" | "conv2dTranspose",
    { filters, stride, act }: { filters: number; stride: number; act: "relu" | "sigmoid" | "linear" },
  ): SymbolicTensor => {
    nth += 1;
    const config = {
      filters,
      kernelSize: 3,
      strides: stride,
      padding: "same" as const,
      activation: act,
      kernelInitializer: tfl.initializers.heNormal({ seed: 1000 * seed + nth }),
      name: `vae${nth}`,
    };
    return (kind === "conv2d" ? tfl.layers.conv2d(config) : tfl.layers.conv2dTranspose(config)).apply(
      from,
    ) as SymbolicTensor;
  };
  const image = tfl.input({ shape: [...shape] });
  const first = layer(image, "conv2d", { filters: channels, stride: 2, act: "relu" });
  const second = layer(first, "conv2d", { filters: channels, stride: 2, act: "relu" });
  const third = layer(second, "conv2d", { filters: channels, stride: 1, act: "relu" });
  const mean = layer(third, "conv2d", { filters: codeChannels, stride: 1, act: "linear" });
  const logVariance = layer(third, "conv2d", { filters: codeChannels, stride: 1, act: "linear" });
  const code = tfl.input({ shape: [Math.ceil(height / 4), Math.ceil(width / 4), codeChannels] });
  const low = layer(code, "conv2dTranspose", { filters: channels, stride: 2, act: "relu" });
  const high = layer(low, "conv2dTranspose", { filters: channels, stride: 2, act: "relu" });
  const output = layer(high, "conv2d", { filters: depth, stride: 1, act: "sigmoid" });
  return {
    encoder: tfl.model({ inputs: image, outputs: [mean, logVariance] }),
    decoder: tfl.model({ inputs: code, outputs: output }),
  };
}
