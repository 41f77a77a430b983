/** The autoencoders of an experiment, made once to see that they fit the images. */
import { type Diagnostic, formatPointer } from "@settle/diagnostics";
import { openDataset } from "@settle/settle";
import type { LoadedExperiment } from "../load-experiment.ts";
import type { DataReference, PlannedAutoencoder } from "./experiment-plan.ts";

/** Of images without a training setting of their own. */
const usual = { batch: 32, rate: 1e-3 };

/**
 * @param data  what is learned from
 * @param faults  gets what keeps them from being trained
 * @throws {SettleError} `engine/unavailable` where tfjs does not work
 */
export async function planAutoencoders(
  { spec, source }: LoadedExperiment,
  { reference, split, limit }: DataReference,
  faults: Diagnostic[],
): Promise<readonly PlannedAutoencoder[]> {
  const wanted = Object.entries(spec.autoencoders ?? {});
  if (wanted.length === 0) return [];
  const opened = await openDataset(reference, { split, ...(limit !== undefined && { limit }) });
  const [height = 0, width = 0, channels = 0, ...more] = opened.fields["image"] ?? [];
  await opened.close();
  if (more.length > 0 || channels === 0 || height % 4 !== 0 || width % 4 !== 0) {
    faults.push({
      code: "experiment/missing-data",
      severity: "error",
      message: `"${opened.name}" has no images whose height and width are multiples of 4, as autoencoders want them.`,
      help: "leave out `autoencoders`, or learn from images of 28 × 28 or 32 × 32.",
      ...source.place(formatPointer(["autoencoders"]), "key"),
    });
    return [];
  }
  const { baselineHash, createBaseline } = await import("@settle/baselines");
  const shape = [height, width, channels] as const;
  const planned: PlannedAutoencoder[] = [];
  for (const [id, { kind, title = id, batch, rate }] of wanted) {
    const made = await createBaseline(kind, { shape });
    planned.push({
      id,
      title,
      kind,
      shape,
      hash: baselineHash(kind, shape),
      parameters: made.parameters,
      batch: batch ?? spec.training.batch ?? usual.batch,
      rate: rate ?? spec.training.rate ?? usual.rate,
      engine: made.backend.name,
    });
    await made.dispose();
  }
  return planned;
}
