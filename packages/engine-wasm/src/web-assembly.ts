/** The part of the WebAssembly interface that is used here, typed apart from the browser's library of types. */

export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  /** @throws {RangeError} when there is no room for so many more pages of 64 KiB */
  grow(pages: number): number;
}

/** Compiled code; opaque. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface WebAssemblyGlobal {
  readonly Memory: new (options: {
    readonly initial: number;
    readonly maximum?: number;
    readonly shared?: boolean;
  }) => WasmMemory;
  readonly validate: (binary: Uint8Array) => boolean;
  readonly compile: (binary: Uint8Array) => Promise<WasmModule>;
  readonly instantiate: (
    module: WasmModule,
    imports?: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => Promise<WasmInstance>;
}

/** Absent only in hosts that lock code generation down altogether. */
export const webAssembly = (globalThis as { readonly WebAssembly?: WebAssemblyGlobal }).WebAssembly;

/** @throws {Error} where there is none: whoever asks has probed before */
export function requireWebAssembly(): WebAssemblyGlobal {
  if (webAssembly === undefined) throw new Error("there is no WebAssembly here");
  return webAssembly;
}
