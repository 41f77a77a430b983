/** The papers' tables that can be made again: what is trained on what, and what is asked of it. */
import type { BaselineKind } from "../baseline.ts";
import type { Size } from "./size.ts";

export type Contender =
  | { readonly kind: "circuit"; readonly name: string; readonly circuit: string }
  | { readonly kind: "baseline"; readonly name: BaselineKind };

/** `density` is log p(x), which `settle density` estimates; the others are tasks of `settle eval`. */
export type TableTask = "reconstruct" | "denoise" | "density" | "classify";

/** A name for `openDataset`, or one for each size. */
export type SetName = string | Readonly<Record<Size, string>>;

export interface TestOf {
  readonly data: SetName;
  /** What the paper's figures are kept under. */
  readonly key: string;
  readonly tasks: readonly TableTask[];
  /** Pixels are 0 or 1: reconstructions are judged by their cross-entropy. */
  readonly binary?: true;
}

/** Contenders that learn from the same data and are asked the same. */
export interface TableSection {
  /** What is learned from. */
  readonly data: SetName;
  readonly tests: readonly TestOf[];
  readonly contenders: readonly Contender[];
}

export interface TableDefinition {
  readonly name: string;
  readonly title: string;
  readonly sections: readonly TableSection[];
}

export function contendersOf({ sections }: TableDefinition): readonly Contender[] {
  return sections.flatMap(({ contenders }) => contenders);
}

/** Every set it opens, at a size. */
export function setsOf({ sections }: TableDefinition, size: Size): readonly string[] {
  const names = sections.flatMap(({ data, tests }) => [data, ...tests.map((test) => test.data)]);
  return [...new Set(names.map((name) => setName(name, size)))];
}

export function setName(name: SetName, size: Size): string {
  return typeof name === "string" ? name : name[size];
}

/** Conv-NGC with its λmax bounded, since a long training is lost without: docs/design/stability.md. */
const convNgc: Contender = { kind: "circuit", name: "conv-ngc", circuit: "conv-ngc-stable" };
const paperContenders: readonly Contender[] = [
  convNgc,
  { kind: "circuit", name: "ngc", circuit: "ngc" },
  { kind: "baseline", name: "conv-ae" },
  { kind: "baseline", name: "conv-dae" },
];

const gncn = ["gncn-t1", "gncn-t1-sigma", "gncn-t2-l-sigma", "gncn-pdh"];
const digits: SetName = { small: "mnist10k", full: "mnist" };
const binaryDigits: SetName = { small: "binary:mnist10k", full: "binary:mnist" };

/** @source ConvNGC tables 1 and 2; NGC */
export const tables: readonly TableDefinition[] = [
  {
    name: "color-mnist",
    title: "Color-MNIST",
    sections: [
      {
        data: "color-mnist",
        tests: [{ data: "color-mnist", key: "color-mnist", tasks: ["reconstruct", "denoise"] }],
        contenders: paperContenders,
      },
    ],
  },
  {
    name: "cifar10",
    title: "CIFAR-10",
    sections: [
      {
        data: "cifar10",
        tests: [{ data: "cifar10", key: "cifar10", tasks: ["reconstruct", "denoise"] }],
        contenders: paperContenders,
      },
    ],
  },
  {
    name: "svhn",
    title: "SVHN, and out of distribution",
    sections: [
      {
        data: "svhn",
        tests: [
          { data: "svhn", key: "svhn", tasks: ["reconstruct", "denoise"] },
          { data: "cifar10", key: "svhn-to-cifar10", tasks: ["reconstruct"] },
          { data: "cinic10", key: "svhn-to-cinic10", tasks: ["reconstruct"] },
        ],
        contenders: paperContenders,
      },
    ],
  },
  {
    name: "mnist",
    title: "MNIST",
    sections: [
      {
        data: binaryDigits,
        tests: [{ data: binaryDigits, key: "binary-mnist", tasks: ["reconstruct", "density"], binary: true }],
        contenders: gncn.map((name) => ({ kind: "circuit", name, circuit: name })),
      },
      {
        data: digits,
        tests: [{ data: digits, key: "mnist", tasks: ["classify"] }],
        contenders: [{ kind: "circuit", name: "supervised-pcn", circuit: "supervised-pcn" }],
      },
    ],
  },
];
