/** How much the demo can do here in the time it has. */

export interface DemoPlan {
  /** Digits per update. */
  readonly batch: number;
  /** Digits seen in training, each epoch's counted. */
  readonly digits: number;
  /** Digits of one epoch. */
  readonly samples: number;
  readonly epochs: number;
  /** Held-out images each score is made from. */
  readonly images: number;
}

export interface DemoLimits {
  /** Time for settling and learning, in seconds. */
  readonly seconds: number;
  /** Images settled and learned from per second, measured here. */
  readonly imagesPerSecond: number;
  /** Training images there are. */
  readonly available: number;
  readonly batch: number;
}

/**
 * The largest batch, up to 48, that still leaves some 800 updates: more updates beat larger batches. Engines settle four
 * or sixteen samples side by side, so it is a multiple of four.
 */
export function chooseBatch(digits: number): number {
  return clamp(4 * Math.floor(digits / 800 / 4), 4, 48);
}

/**
 * Settles of every held-out image: reconstructed, and denoised in three ways, one of which takes one and a half, before and
 * after training.
 */
export const settlesPerImage = 9;

/** Beyond some 2,000 updates of the largest batch the scores hardly change. */
const mostDigits = 96_000;

/**
 * A seventh of the time goes to the evaluation, the rest to training. Other digits beat the same ones again, so there is
 * one epoch until there is time for one and a half.
 */
export function planDemo({ seconds, imagesPerSecond, available, batch }: DemoLimits): DemoPlan {
  const capacity = seconds * imagesPerSecond;
  const images = clamp(10 * Math.floor(capacity / 7 / settlesPerImage / 10), 10, 100);
  const left = Math.min(capacity - images * settlesPerImage, mostDigits);
  const digits = Math.max(batch, batch * Math.floor(left / batch));
  const epochs = Math.max(1, Math.round(digits / available));
  const samples = batch * Math.floor(Math.min(digits / epochs, available) / batch);
  return { batch, digits: samples * epochs, samples, epochs, images };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
