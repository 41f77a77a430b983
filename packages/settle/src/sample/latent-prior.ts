/** A prior over top states, learned from where they settle, and what the circuit projects from draws of it. */
import { evaluate as settleAll, type Modes, type NumberArray, type SampleSource, type Session } from "@settle/runtime";
import type { CircuitInput, SessionSettings } from "../create-session.ts";
import { observedImage, type ObservedImage, predictedImage } from "../observed-image.ts";
import { drawMixture, type FitOptions, fitMixture, type MixtureFit } from "./gaussian-mixture.ts";
import { priorSession, type TopState, topStatesOf } from "./prior-circuit.ts";

export interface LatentPriorOptions extends FitOptions {
  /** Training samples whose settled top states the mixture is fitted to. */
  readonly source: SampleSource;
  /** The first so many samples. Default all. */
  readonly limit?: number;
  /** Samples settled together. Default 100. */
  readonly batch?: number;
  readonly settings?: SessionSettings;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Dispose of it when done. */
export interface LatentPrior {
  readonly fit: MixtureFit;
  readonly tops: readonly TopState[];
  /** Numbers in all top states of one sample. */
  readonly size: number;
  /** How many samples it was fitted to. */
  readonly samples: number;
  readonly image: ObservedImage;
  /** Draws of the mixture, `[count, size]`; number `from + i` is always the same. */
  draw(count: number, from?: number): Float64Array;
  /** What the circuit predicts of the observed image from given top states, `[count, ...shape]`. */
  project(tops: Float64Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * @throws {SettleError} `sample/no-top`, `evaluate/no-image`, `evaluate/not-predicted`, `data/…`
 * @source NGC methods
 */
export async function fitLatentPrior(
  circuit: CircuitInput,
  session: Session,
  options: LatentPriorOptions,
): Promise<LatentPrior> {
  const { source, limit, batch = 100, settings = {}, onProgress, signal, ...fitting } = options;
  const { error, ...image } = predictedImage(session, source);
  const tops = topStatesOf(session);
  const size = tops.reduce((sum, each) => sum + each.size, 0);
  const samples = Math.min(source.size, limit ?? source.size);
  const points = new Float64Array(samples * size);
  await settleTops(session, tops, {
    source,
    batch,
    limit: samples,
    ...(signal && { signal }),
    onTops: (values, indices, done) => {
      for (const [i, index] of indices.entries()) points.set(values.subarray(i * size, (i + 1) * size), index * size);
      onProgress?.(done, samples);
    },
  });
  const { seed } = session;
  const fit = fitMixture(points, size, { seed, ...fitting });
  const given = await priorSession(circuit, session, settings);
  const modes: Modes = Object.fromEntries(
    given.program.observed.map(({ state }) => [state, tops.some(({ id }) => id === state) ? "clamped" : "free"]),
  );
  return {
    fit,
    tops,
    size,
    samples,
    image,
    draw: (count, from = 0) => drawMixture(fit.mixture, count, { seed, from }),
    async project(values) {
      const count = values.length / size;
      let at = 0;
      const fields: Record<string, Float32Array> = {};
      for (const top of tops) {
        const field = new Float32Array(count * top.size);
        for (let n = 0; n < count; n++) {
          field.set(values.subarray(n * size + at, n * size + at + top.size), n * top.size);
        }
        fields[top.field] = field;
        at += top.size;
      }
      const { predictions } = await given.settle({ count, fields }, { modes, steps: 0, predictions: [error] });
      return Float32Array.from(predictions[error] as NumberArray);
    },
    dispose: () => given.dispose(),
  };
}

/** Where the top states of samples settle. Labels that the circuit observes are free. */
export async function settleTops(
  session: Session,
  tops: readonly TopState[],
  options: {
    readonly source: SampleSource;
    readonly batch: number;
    readonly limit: number;
    readonly signal?: AbortSignal;
    /** @param values `[indices.length, size of all tops]` */
    readonly onTops: (values: Float64Array, indices: readonly number[], done: number) => void | Promise<void>;
  },
): Promise<void> {
  const { onTops, ...rest } = options;
  const size = tops.reduce((sum, each) => sum + each.size, 0);
  const { state } = observedImage(session, options.source);
  const modes: Modes = Object.fromEntries(
    session.program.observed.filter((each) => each.state !== state).map((each) => [each.state, "free" as const]),
  );
  await settleAll(session, {
    ...rest,
    modes,
    states: tops.map(({ id }) => id),
    onBatch: ({ indices, result, done }) => {
      const values = new Float64Array(indices.length * size);
      let at = 0;
      for (const top of tops) {
        const settled = result.states[top.id] as NumberArray;
        for (let n = 0; n < indices.length; n++) {
          values.set(settled.subarray(n * top.size, (n + 1) * top.size), n * size + at);
        }
        at += top.size;
      }
      return onTops(values, indices, done);
    },
  });
}
