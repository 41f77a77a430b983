/** Trains an autoencoder, keeping its weights after every epoch, then asks it what the table asks. */
import { decodeSafetensors, encodeSafetensors, writeWhole } from "@settle/runs";
import type { StoredTensor } from "@settle/runtime";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Baseline, createBaseline } from "../baseline.ts";
import { evaluateBaseline } from "../evaluate-baseline.ts";
import { trainBaseline } from "../train-baseline.ts";
import type { OpenSection } from "./open-section.ts";
import type { PartPlan, PartResult, ScoredTest } from "./part.ts";
import { rateOf } from "./recipe.ts";
import type { ReproduceOptions } from "./reproduce.ts";

export async function baselinePart(
  plan: PartPlan & { readonly contender: { readonly kind: "baseline" } },
  dir: string,
  { training, tests: asked }: OpenSection,
  { resume, onProgress, signal }: ReproduceOptions,
): Promise<PartResult> {
  const { contender, recipe, seed } = plan;
  const began = performance.now();
  const [height = 1, width = 1, channels = 1] = training.fields["image"] ?? [];
  const baseline = await createBaseline(contender.name, { shape: [height, width, channels], seed });
  const file = join(dir, "weights.safetensors");
  try {
    const done = resume === true ? await restore(baseline, file) : 0;
    for (let epoch = done + 1; epoch <= recipe.epochs; epoch++) {
      const loss = await trainBaseline(baseline, {
        source: training,
        from: epoch,
        epochs: epoch,
        batch: recipe.batch,
        rate: rateOf(recipe, epoch),
        onProgress: (_, at, of) =>
          onProgress?.((epoch - 1 + at / of) / recipe.epochs, `epoch ${epoch} of ${recipe.epochs}`),
        ...(signal && { signal }),
      });
      const metadata = { epoch: String(epoch), loss: String(loss) };
      const bytes = encodeSafetensors({ tensors: await baseline.export(), metadata });
      await writeWhole(file, bytes, "keep the weights");
    }
    const tests: ScoredTest[] = [];
    for (const { key, tasks, source } of asked) {
      for (const task of tasks) {
        if (task !== "reconstruct" && task !== "denoise") continue;
        const { metrics, images } = await evaluateBaseline(baseline, {
          source,
          task,
          ...(recipe.tested > 0 && { limit: recipe.tested }),
          ...(signal && { signal }),
        });
        tests.push({ key, task, reading: "", images, scores: metrics });
      }
    }
    return {
      plan,
      parameters: baseline.parameters,
      tests,
      seconds: (performance.now() - began) / 1000,
      engine: baseline.backend,
    };
  } finally {
    await baseline.dispose();
  }
}

/** @returns the last whole epoch that is kept; 0 if none is */
async function restore(baseline: Baseline, file: string): Promise<number> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return 0;
  const { tensors, metadata } = decodeSafetensors(bytes, file);
  const stored = new Map<string, StoredTensor>(
    [...tensors].map(([name, tensor]) => [
      name,
      { role: name.startsWith("adam/") ? "moment" : "parameter", ...tensor },
    ]),
  );
  await baseline.import(stored);
  return Number(metadata["epoch"]);
}
