/** The data of a section of a table, opened before anything is trained, so that what is missing is said at once. */
import type { Dataset } from "@settle/data";
import { openDataset } from "@settle/settle";
import type { Size } from "./size.ts";
import { setName, type TableSection, type TestOf } from "./tables.ts";

export interface OpenSection {
  readonly definition: TableSection;
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
export async function openSection(
  definition: TableSection,
  options: { readonly size: Size; readonly folders: Readonly<Record<string, string>>; readonly samples: number },
): Promise<OpenSection> {
  const { size, folders, samples } = options;
  const referenceOf = (set: string): string => {
    const folder = folders[set.replace(/^binary:/, "")];
    return folder === undefined ? set : `${set}:${folder}`;
  };
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
    const training = await open(setName(definition.data, size), "train", samples);
    const tests: (TestOf & { readonly source: Dataset })[] = [];
    for (const test of definition.tests)
      tests.push({ ...test, source: await open(setName(test.data, size), "test", 0) });
    return { definition, reference: referenceOf(setName(definition.data, size)), training, tests, close };
  } catch (fault) {
    await close();
    throw fault;
  }
}
