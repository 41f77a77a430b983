/** An experiment small enough for a test: 4 × 4 images, circuits of a hundred numbers. */
import { type ExperimentSpec } from "@settle/experiments";
import { encodePng } from "@settle/runs";
import { randomStream } from "@settle/runtime";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const tinyCircuit = {
  version: 1,
  name: "tiny",
  states: {
    x: { shape: [4, 4, 1], observed: { data: "image" } },
    z1: { shape: [2, 2, 3], activation: "tanh" },
    z2: { shape: [1, 1, 2], activation: "tanh" },
  },
  errors: { e0: { target: "x", bias: true }, e1: { target: "z1", bias: true } },
  synapses: {
    W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2 },
    W2: { from: "z2", to: "e1", kind: "deconv2d", kernel: 3, stride: 2 },
  },
  settle: { steps: 5, rate: 0.1 },
  learn: { rule: "adam", rate: 0.01, batch: 4 },
};

/** Its paths are from the folder of `tinyFolder`. */
export const tinyExperiment: ExperimentSpec = {
  version: 1,
  name: "tiny",
  circuits: {
    plain: { circuit: "tiny.json" },
    short: { circuit: "tiny.json", patch: [{ op: "replace", path: "/settle/steps", value: 2 }] },
  },
  data: { train: "images", split: "all" },
  training: { epochs: 2, batch: 4, rate: 0.01 },
  seeds: 3,
  tasks: { clean: { task: "reconstruct", split: "all", limit: 6 } },
  metrics: ["clean.mse"],
};

export interface TinyFolder {
  readonly dir: string;
  /** Writes an experiment; returns its path. */
  write(experiment: unknown, name?: string): string;
  remove(): void;
}

/** A folder with a circuit and twelve images, which becomes the working directory: names of data start from there. */
export function tinyFolder(): TinyFolder {
  const dir = mkdtempSync(join(tmpdir(), "settle-experiment-"));
  mkdirSync(join(dir, "images"));
  const { uniform } = randomStream({ seed: 1, stream: "test/images" });
  for (let i = 0; i < 12; i++) {
    const data = Uint8Array.from({ length: 16 }, (_, p) => (p % 4 < 2 === (i % 2 === 0) ? 200 : 40) + 15 * uniform());
    const png = encodePng({ width: 4, height: 4, channels: 1, data });
    writeFileSync(join(dir, "images", `${String(i).padStart(2, "0")}.png`), png);
  }
  writeFileSync(join(dir, "tiny.json"), JSON.stringify(tinyCircuit));
  return {
    dir,
    write(experiment, name = "experiment.json") {
      const path = join(dir, name);
      writeFileSync(path, typeof experiment === "string" ? experiment : JSON.stringify(experiment, undefined, 2));
      return path;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
