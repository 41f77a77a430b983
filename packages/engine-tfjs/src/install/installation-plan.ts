/** What an installation fetches and where it puts it, to be said before anything happens. */
import { join } from "node:path";
import { tensorflowRoot } from "./tensorflow-folder.ts";

export interface InstallationPlan {
  readonly cuda: boolean;
  /** What is fetched, from where, and about how much. */
  readonly downloads: readonly { readonly what: string; readonly from: string; readonly megabytes: number }[];
  readonly folder: string;
  /** About what it takes once unpacked. */
  readonly diskMegabytes: number;
  /** pip requirement of the wheel whose libraries are used. */
  readonly wheel: string;
  /** Exact versions of npm packages. */
  readonly npmPackages: readonly string[];
  /** What a user should know before saying yes. */
  readonly notes: readonly string[];
}

const tensorflowVersion = "2.15.1";
const addonPackage = "@tensorflow/tfjs-node-gpu";

/** @param root  the folder installations lie in */
export function planInstallation(cuda: boolean, root: string = tensorflowRoot()): InstallationPlan {
  const wheel = `${cuda ? "tensorflow" : "tensorflow-cpu"}==${tensorflowVersion}`;
  const libraries = cuda
    ? [
        { what: `${wheel} (the CUDA 12 build)`, from: "PyPI", megabytes: 475 },
        { what: "NVIDIA's CUDA 12 libraries it was built with", from: "PyPI", megabytes: 1900 },
      ]
    : [{ what: wheel, from: "PyPI", megabytes: 207 }];
  return {
    cuda,
    downloads: [...libraries, { what: `${addonPackage}@4.22.0 and what it depends on`, from: "npm", megabytes: 45 }],
    folder: join(root, `${tensorflowVersion}-${cuda ? "cuda" : "cpu"}`),
    diskMegabytes: cuda ? 4200 : 900,
    wheel,
    npmPackages: [`${addonPackage}@4.22.0`, "node-api-headers@1.9.0"],
    notes: cuda ? ["The CUDA variant has not been tried on a GPU yet; without a driver it computes on the CPU."] : [],
  };
}
