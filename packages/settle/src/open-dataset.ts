import type { Dataset, OpenOptions } from "@settle/data";

/**
 * Opens one split of a data set: `NAME`, `NAME:DIR` with its official files, or a folder of pictures. See `@settle/data`.
 * @throws {SettleError} `data/…`
 */
export async function openDataset(name: string, options?: OpenOptions): Promise<Dataset> {
  // Its decoders are loaded when the first data are opened, so that checking a circuit stays quick.
  const data = await import("@settle/data");
  return data.openDataset(name, options);
}
