/** The data of a table, opened before anything is trained, so that what is missing is said at once. */
import type { Dataset } from "@settle/data";
import { openDataset } from "@settle/settle";
import type { TableDefinition, TestOf } from "./tables.ts";

export interface OpenTable {
  readonly definition: TableDefinition;
  /** What the training data were opened as: `cifar10:DIR`. */
  readonly reference: string;
  readonly training: Dataset;
  readonly tests: readonly (TestOf & { readonly source: Dataset })[];
  readonly close: () => Promise<void>;
}

/**
 * @param folders by set, where its official files are; sets without one are looked for where `settle data` keeps them
 * @param samples training images; 0 for all
 * @throws {SettleError} `data/…`
 */
export async function openTable(
  definition: TableDefinition,
  { folders, samples }: { readonly folders: Readonly<Record<string, string>>; readonly samples: number },
): Promise<OpenTable> {
  const referenceOf = (set: string): string => (folders[set] === undefined ? set : `${set}:${folders[set]}`);
  const opened: Dataset[] = [];
  const close = async (): Promise<void> => {
    for (const each of opened) await each.close();
  };
  const open = async (set: string, split: "train" | "test", limit: number): Promise<Dataset> => {
    const data = await openDataset(referenceOf(set), { split, ...(limit > 0 && { limit }) });
    opened.push(data);
    return data;
  };
  try {
    const training = await open(definition.data, "train", samples);
    const tests: (TestOf & { readonly source: Dataset })[] = [];
    for (const test of definition.tests) tests.push({ ...test, source: await open(test.data, "test", 0) });
    return { definition, reference: referenceOf(definition.data), training, tests, close };
  } catch (fault) {
    await close();
    throw fault;
  }
}
