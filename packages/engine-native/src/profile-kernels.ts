/** Where the time of a step goes: its kernels timed one by one, on numbers that look like noise. */
import { settleError } from "@settle/diagnostics";
import { contractOperations, fillWithNoise, type KernelTime, planProgram } from "@settle/kernels";
import type { Program } from "@settle/program";
import { buildLibrary, libraryKey } from "./build/build-library.ts";
import { type CompilerOptions, findCompiler } from "./build/compiler.ts";
import { kernelFolder } from "./build/kernel-cache.ts";
import { chooseLanes } from "./choose-lanes.ts";
import { emitProgram, widestSingle } from "./emit/emit-program.ts";
import { canRunSingly } from "./emit/emit-single-kernels.ts";
import type { Target } from "./emit/target.ts";
import { peakChains, timingText } from "./emit/timing-text.ts";
import { importKoffi, openLibrary } from "./native-library.ts";

export interface ProfileOptions {
  /** Samples by themselves instead of a lane group. Default false. */
  readonly single?: boolean;
  /** Default: what the machine has. */
  readonly compiler?: CompilerOptions;
  /** Where compiled kernels are kept; default `kernelFolder()`. */
  readonly cache?: string;
  /** Steps that are timed; default 3000. */
  readonly steps?: number;
}

export interface KernelProfile {
  readonly compiler: string;
  readonly lanes: number;
  /** Numbers in a vector. */
  readonly width: number;
  /** Operations a second of code that does nothing but multiply and add vectors. */
  readonly peak: number;
  /** Seconds of a whole step of one group. */
  readonly step: number;
  /** In the order they run; those that run before the first step only left out. */
  readonly kernels: readonly KernelTime[];
}

/**
 * One thread, steps and the peak in turn; of each the fastest of a turn, and of the turns' fastest the median.
 * @throws {SettleError} `engine/unavailable`, `engine/unsupported`, `engine/compile-failed`
 */
export async function profileKernels(program: Program, options: ProfileOptions = {}): Promise<KernelProfile> {
  const { single = false, cache = kernelFolder(), steps = 3000 } = options;
  const found = await findCompiler({ notes: cache, ...options.compiler });
  if (!found.ok)
    throw settleError("engine/unavailable", `There is nothing to profile: ${found.reason}.`, { help: found.remedy });
  const { compiler } = found;
  const group = planProgram(program, { lanes: chooseLanes(program, compiler.target), carry: true });
  const alone = planProgram(program, { lanes: 1, carry: true });
  if (single && !canRunSingly(alone))
    throw settleError("engine/unsupported", `"${program.circuit.name}" has no kernels for samples by themselves.`, {
      help: "profile lane groups",
    });
  const plan = single ? alone : group;
  const { lanes } = plan;
  const { group: kernels, carried = [] } = plan.phases.step;
  const target = single ? narrowed(compiler.target) : compiler.target;
  const emitted = emitProgram(group, compiler.target, canRunSingly(alone) ? alone : undefined);
  const timed = single ? "single-step.c" : "step.c";
  const timing = timingText(target, { kernels: kernels.length, carried }, single ? "single_" : "");
  const files = emitted.files.map((file) => (file.name === timed ? { ...file, text: file.text + timing } : file));
  const built = await buildLibrary(files, { key: libraryKey(files, compiler), compiler, folder: cache });
  const library = await openLibrary(built.path);
  const functions = (await importKoffi()).load(built.path);
  const memory = ["g", "t", "s", "p"].map((name) => `void *${name}`).join(", ");
  const prepare = functions.func("void settle_prepare_step(void *s)");
  const timeStep = functions.func(`void settle_time_step(${memory}, long valid, long steps, void *fastest)`);
  const timePeak = functions.func("double settle_time_peak(long turns)");
  try {
    const { sizes } = plan;
    const g = library.allocate(sizes.group + 64);
    const t = library.allocate(emitted.room.temporary);
    const s = library.allocate(emitted.room.shared);
    const p = library.allocate(sizes.partial);
    fillWithNoise(plan, { group: g, shared: s });
    prepare(s);
    const turns = 20_000;
    const measured = Array.from({ length: rounds }, () => {
      const fastest = new Float64Array(Math.max(kernels.length + 1, 16));
      timeStep(g, t, s, p, lanes, Math.ceil(steps / rounds), fastest);
      return { fastest, peak: timePeak(turns) as number };
    });
    const seconds = (k: number): number => median(measured.map(({ fastest }) => fastest[k]!));
    return {
      compiler: compiler.version,
      lanes,
      width: target.width,
      peak: (2 * turns * peakChains(target) * target.width) / median(measured.map(({ peak }) => peak)),
      step: seconds(kernels.length),
      kernels: kernels.flatMap((kernel, k) => {
        if (carried.includes(k)) return [];
        const operations = kernel.kind === "contract" && { operations: contractOperations(kernel) * lanes };
        return [{ label: kernel.label, seconds: seconds(k), ...operations }];
      }),
    };
  } finally {
    functions.unload();
    library.unload();
  }
}

/** How often steps and the peak take turns: the processor's clock goes up and down, and would favour one of them. */
const rounds = 11;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const narrowed = (target: Target): Target => ({
  ...target,
  width: Math.min(target.width, widestSingle) as Target["width"],
});
