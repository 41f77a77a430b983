/** A compiled Program in this process: one function, called off the main thread. */
export interface NativeLibrary {
  /** Zeros that never move, on large pages if they are many: pages of 4 KiB lie in the caches as chance has it. */
  allocate(length: number): Float32Array;
  /** @returns whether it was stopped by the flag */
  run(memory: NativeMemory, request: BigInt64Array, stop: Int32Array): Promise<boolean>;
  unload(): void;
}

export interface NativeMemory {
  readonly group: Float32Array;
  readonly temporary: Float32Array;
  readonly shared: Float32Array;
  readonly partial: Float32Array;
}

type Koffi = typeof import("koffi");

/** @throws what the import throws where koffi has no binary for this machine */
export async function importKoffi(): Promise<Koffi> {
  const { default: koffi } = (await import("koffi")) as unknown as { readonly default: Koffi };
  return koffi;
}

export async function openLibrary(path: string): Promise<NativeLibrary> {
  const koffi = await importKoffi();
  const library = koffi.load(path);
  const pointers = ["group", "temporary", "shared", "partial", "request", "stop"]
    .map((name) => `void *${name}`)
    .join(", ");
  const call = library.func(`int settle_run(${pointers})`);
  const preferLargePages = library.func("void settle_prefer_large_pages(void *start, int64_t bytes)");
  return {
    allocate: (length) => {
      const bytes = 4 * Math.max(length, 1);
      const large = bytes >= pageBytes / 2;
      const unit = large ? pageBytes : lineBytes;
      const memory = new ArrayBuffer(Math.ceil(bytes / unit) * unit + unit);
      const past = Number(koffi.address(memory) % BigInt(unit));
      const array = new Float32Array(memory, past === 0 ? 0 : unit - past, length);
      if (large) preferLargePages(array, bytes);
      return array;
    },
    run: ({ group, temporary, shared, partial }, request, stop) =>
      new Promise((resolve, reject) => {
        call.async(group, temporary, shared, partial, request, stop, (fault: Error | null, outcome: number) => {
          // Naming the arrays here keeps them from being collected while native code works on them.
          const worked = [group, temporary, shared, partial, request, stop].length > 0 && fault === null;
          if (!worked) reject(fault ?? new Error("native engine fault"));
          else if (outcome === 2) reject(new Error("the system gives no thread to run kernels on"));
          else resolve(outcome === 1);
        });
      }),
    unload: () => library.unload(),
  };
}

const lineBytes = 64;
const pageBytes = 2 << 20;

/** Where an array lies. It must be off the heap (over 64 bytes, or made from an ArrayBuffer) and kept alive by the caller. */
export async function addressOf(array: Float32Array): Promise<bigint> {
  return (await importKoffi()).address(array);
}
