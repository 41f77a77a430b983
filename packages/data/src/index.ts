export { binarized } from "./binarized.ts";
export {
  addGaussianNoise,
  type CorruptedOptions,
  type CorruptionKey,
  drawMasks,
  type Mask,
  withNoise,
} from "./corruption.ts";
export { colourAgreement } from "./color-mnist.ts";
export { dataFolder } from "./data-folder.ts";
export type { Dataset, Split } from "./dataset.ts";
export { fetchDataset } from "./fetch-dataset.ts";
export type { FetchedDataset, FetchOptions, FetchProgress } from "./fetch-file.ts";
export { type DatasetInfo, type KnownFile, listDatasets } from "./known-datasets.ts";
export { openDataset, type OpenOptions } from "./open-dataset.ts";
