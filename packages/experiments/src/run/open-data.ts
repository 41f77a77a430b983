import { openDataset } from "@settle/settle";
import type { DataReference } from "../plan/experiment-plan.ts";

type Dataset = Awaited<ReturnType<typeof openDataset>>;

/** Data sets a worker has opened: many runs read the same ones. */
export class OpenData {
  readonly #open = new Map<string, Promise<Dataset>>();

  /** @throws {SettleError} `data/…` */
  get({ reference, split, limit, hash }: DataReference): Promise<Dataset> {
    const known = this.#open.get(hash);
    if (known !== undefined) return known;
    const opened = openDataset(reference, { split, ...(limit !== undefined && { limit }) });
    this.#open.set(hash, opened);
    return opened;
  }

  async close(): Promise<void> {
    for (const opened of this.#open.values()) await (await opened).close();
    this.#open.clear();
  }
}
