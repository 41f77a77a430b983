/** A compiled Program in this process: one function, called off the main thread. */
export interface NativeLibrary {
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
  return {
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

/** Zeros that begin on a cache line and never move. */
export async function alignedFloats(length: number): Promise<Float32Array> {
  const koffi = await importKoffi();
  const memory = new ArrayBuffer(4 * Math.max(length, 1) + lineBytes);
  const past = Number(koffi.address(memory) % BigInt(lineBytes));
  return new Float32Array(memory, past === 0 ? 0 : lineBytes - past, length);
}

const lineBytes = 64;

/** Where an array lies. It must be off the heap (over 64 bytes, or made from an ArrayBuffer) and kept alive by the caller. */
export async function addressOf(array: Float32Array): Promise<bigint> {
  return (await importKoffi()).address(array);
}
