/** Native TensorFlow in Node: through tfjs-node-gpu or tfjs-node, if either is there and works. */
import type { Backend, Opening, Tf, Unavailable } from "./backend.ts";
import { inTurn } from "./backend-turn.ts";
import type { LocatedPackage } from "./locate-packages.ts";
import { importTf } from "./import-tf.ts";
import { once, reasonOf } from "./opening.ts";

const traits = {
  explicitPads: false,
  spread: "adjoint",
  filterGradient: "adjoint",
  transposedFactors: true,
  sumsAsProducts: false,
  slowScalars: false,
  hostMemory: false,
  // Its threads share sums in ways that depend on how many there are.
  deterministic: false,
} as const;

export const nodeGpuBackend: Backend = {
  name: "tfjs:node-gpu",
  description: "TensorFlow's own library, on a GPU where it finds one",
  tfName: "tensorflow",
  traits,
  open: once(() => openNative(["@tensorflow/tfjs-node-gpu"], "any device", locate)),
};

export const nodeBackend: Backend = {
  name: "tfjs:node",
  description: "TensorFlow's own library on the CPU, all cores",
  tfName: "tensorflow",
  traits,
  // The GPU package without a GPU is the same library.
  open: once(() => openNative(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"], "the CPU", locate)),
};

const remedy = "settle engines install tensorflow";

/** The part of the registered backend that says what it runs on. */
interface NativeBackend {
  readonly isUsingGpuDevice?: boolean;
  readonly binding?: { readonly TF_Version?: string };
}

type Locate = (names: readonly string[]) => Promise<readonly LocatedPackage[]>;

async function locate(names: readonly string[]): Promise<readonly LocatedPackage[]> {
  const { locatePackages } = await import("./locate-packages.ts");
  return locatePackages(names);
}

/**
 * @param packages  in order of preference
 * @param on        `the CPU` refuses a TensorFlow that computes on a GPU
 */
export async function openNative(
  packages: readonly string[],
  on: "any device" | "the CPU",
  locatePackages: Locate,
): Promise<Opening> {
  if (globalThis.process?.versions?.node === undefined) {
    return { ok: false, unavailable: { reason: "it needs Node" } };
  }
  const tf = await importTf();
  return inTurn(async (): Promise<Opening> => {
    const before: string | undefined = tf.getBackend();
    try {
      const failure = await importFirst(packages, locatePackages);
      if (failure !== undefined) return { ok: false, unavailable: failure };
      await tf.setBackend("tensorflow");
      return described(tf, on);
    } catch (error) {
      return { ok: false, unavailable: { reason: reasonOf(error), remedy } };
    } finally {
      if (before !== undefined && before !== tf.getBackend()) await tf.setBackend(before);
    }
  });
}

function described(tf: Tf, on: "any device" | "the CPU"): Opening {
  const { isUsingGpuDevice = false, binding } = tf.backend() as NativeBackend;
  if (on === "the CPU" && isUsingGpuDevice) {
    return { ok: false, unavailable: { reason: "TensorFlow computes on the GPU in this process: use tfjs:node-gpu" } };
  }
  const version = `tfjs ${tf.version_core}, TensorFlow ${binding?.TF_Version ?? "of unknown version"}`;
  const device = isUsingGpuDevice
    ? "GPU, CUDA"
    : on === "the CPU"
      ? "cpu, all cores"
      : "cpu, all cores (no GPU in use)";
  return { ok: true, backend: { tf, device, version } };
}

let imported: string | undefined;

/** Imports the first of the packages that loads; a process can hold one native TensorFlow only. */
async function importFirst(packages: readonly string[], locatePackages: Locate): Promise<Unavailable | undefined> {
  if (imported !== undefined && packages.includes(imported)) return undefined;
  const found = await locatePackages(packages);
  const [first] = packages;
  if (found.length === 0) return { reason: `${first} is not installed`, remedy };
  if (imported !== undefined) {
    return {
      reason: `this process has already loaded TensorFlow from ${imported}`,
      remedy: "use it in another process",
    };
  }
  await prepareNode();
  let failure: Unavailable | undefined;
  for (const { name, url } of found) {
    try {
      await import(/* @vite-ignore */ url);
      imported = name;
      return undefined;
    } catch (error) {
      failure ??= explain(name, error);
    }
  }
  return failure;
}

/** Its version 4.22 calls functions that Node dropped in version 23; and its library greets on stderr unless told not to. */
async function prepareNode(): Promise<void> {
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  const { default: util } = await import("node:util");
  const dropped = util as unknown as Record<string, unknown>;
  dropped["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  dropped["isArray"] ??= Array.isArray;
}

/** Three kinds of failure: the addon was never built, a library it needs is missing, the package is damaged. */
function explain(name: string, error: unknown): Unavailable {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === "ERR_DLOPEN_FAILED") {
    return {
      reason: `a library that ${name} needs cannot be loaded: ${reasonOf(error)}`,
      remedy: `install CUDA 11.2 and cuDNN 8.1, which the stock package wants, or: ${remedy} --cuda`,
    };
  }
  if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
    return { reason: `${name} is not completely installed: ${reasonOf(error)}`, remedy };
  }
  if (/native addon/i.test(reasonOf(error))) {
    return { reason: `the native addon of ${name} was not built, since its install script did not run`, remedy };
  }
  return { reason: `${name} failed to load: ${reasonOf(error)}`, remedy };
}
