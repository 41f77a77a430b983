/** The papers' tables that can be made again: what is trained on what, and what is asked of it. */
import type { BaselineKind } from "../baseline.ts";

export type Contender =
  | { readonly kind: "circuit"; readonly name: string; readonly circuit: string }
  | { readonly kind: "baseline"; readonly name: BaselineKind };

export interface TestOf {
  /** A name for `openDataset`. */
  readonly data: string;
  /** What the paper's figures are kept under. */
  readonly key: string;
  readonly tasks: readonly ("reconstruct" | "denoise")[];
}

export interface TableDefinition {
  readonly name: string;
  readonly title: string;
  /** What is learned from. */
  readonly data: string;
  readonly tests: readonly TestOf[];
  readonly contenders: readonly Contender[];
}

/** Conv-NGC with its λmax bounded, since a long training is lost without: docs/design/stability.md. */
const convNgc: Contender = { kind: "circuit", name: "conv-ngc", circuit: "conv-ngc-stable" };
const paperContenders: readonly Contender[] = [
  convNgc,
  { kind: "circuit", name: "ngc", circuit: "ngc" },
  { kind: "baseline", name: "conv-ae" },
  { kind: "baseline", name: "conv-dae" },
];

/** @source ConvNGC tables 1 and 2 */
export const tables: readonly TableDefinition[] = [
  {
    name: "color-mnist",
    title: "Color-MNIST",
    data: "color-mnist",
    tests: [{ data: "color-mnist", key: "color-mnist", tasks: ["reconstruct", "denoise"] }],
    contenders: paperContenders,
  },
  {
    name: "cifar10",
    title: "CIFAR-10",
    data: "cifar10",
    tests: [{ data: "cifar10", key: "cifar10", tasks: ["reconstruct", "denoise"] }],
    contenders: paperContenders,
  },
  {
    name: "svhn",
    title: "SVHN, and out of distribution",
    data: "svhn",
    tests: [
      { data: "svhn", key: "svhn", tasks: ["reconstruct", "denoise"] },
      { data: "cifar10", key: "svhn-to-cifar10", tasks: ["reconstruct"] },
      { data: "cinic10", key: "svhn-to-cinic10", tasks: ["reconstruct"] },
    ],
    contenders: paperContenders,
  },
];
