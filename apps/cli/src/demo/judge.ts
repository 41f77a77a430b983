/** What the circuit makes of digits it has not seen: scores, pictures, how it settles, what its layers hold. */
import { type Evaluation, evaluate, type SampleSource, type Session } from "@settle/settle";

export interface Judgement {
  readonly reconstruction: Evaluation;
  readonly denoising: Evaluation;
  /** Along a settle of the first few images. */
  readonly settling: readonly SettlingMoment[];
  /** By state: the settled values of the first image, `[...shape]`. */
  readonly states: Readonly<Record<string, Float32Array | Float64Array>>;
}

export interface SettlingMoment {
  readonly step: number;
  /** Total discrepancy, mean over the images. */
  readonly discrepancy: number;
  /** By error node. */
  readonly errors: Readonly<Record<string, number>>;
}

export interface JudgeOptions {
  readonly images: number;
  readonly batch: number;
  readonly pictures: number;
  readonly signal: AbortSignal;
  /** Called with the number of images settled so far; each is settled three times. */
  readonly onProgress: (settled: number) => void;
}

const tracedImages = 10;

export async function judge(session: Session, source: SampleSource, options: JudgeOptions): Promise<Judgement> {
  const { images, batch, pictures, signal, onProgress } = options;
  const shared = { source, batch, limit: images, pictures, signal };
  const reconstruction = await evaluate(session, { ...shared, task: "reconstruct", onProgress });
  const denoising = await evaluate(session, {
    ...shared,
    task: "denoise",
    onProgress: (done) => onProgress(images + done),
  });
  const indices = Array.from({ length: Math.min(tracedImages, images) }, (_, i) => i);
  const traced = await session.settle(
    { count: indices.length, indices, fields: await source.read(indices) },
    { states: "all", trace: { every: 2 }, signal },
  );
  return {
    reconstruction,
    denoising,
    settling: traced.trace.map(({ step, discrepancy }) => ({
      step,
      discrepancy: discrepancy.total,
      errors: discrepancy.errors,
    })),
    states: Object.fromEntries(
      Object.entries(traced.states).map(([id, values]) => [id, values.slice(0, values.length / indices.length)]),
    ),
  };
}
