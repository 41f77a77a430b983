/** What the engine needs to know about a tfjs backend: how to open it, and what it is good and bad at. */
import type * as tfjs from "@tensorflow/tfjs-core";

/** The tfjs-core operations. The module is only ever imported when a backend is opened. */
export type Tf = typeof tfjs;
export type { Tensor } from "@tensorflow/tfjs-core";

/**
 * How a backend wants things expressed. Each choice gives the same numbers up to rounding; they differ in speed by up
 * to a factor of twenty, and some operations have no kernel on some backends.
 */
export interface Traits {
  /** Convolutions take a padding per side; else tensors are padded first. */
  readonly explicitPads: boolean;
  /**
   * What spreads a small map over a big one. `adjoint`: the backend's own input gradient. `phases`: one plain
   * convolution per row phase of the stride, whose results interleave.
   */
  readonly spread: "adjoint" | "phases";
  /**
   * The filter gradient. `adjoint`: the backend's own kernel. `dilated`: a convolution with samples as its channels and
   * the stride as its dilation.
   */
  readonly filterGradient: "adjoint" | "dilated";
  /** Matrix products read a transposed factor as fast as a plain one; else it is transposed first. */
  readonly transposedFactors: boolean;
  /** Large sums are fastest as a product with ones. */
  readonly sumsAsProducts: boolean;
  /** max, tanh, sign and comparisons are slow scalar code: expressions are rewritten to avoid them. */
  readonly slowScalars: boolean;
  /** Tensors lie in this process's memory, so that reading a small one costs nothing. */
  readonly hostMemory: boolean;
  /** Same inputs, same bits. */
  readonly deterministic: boolean;
}

export interface OpenBackend {
  readonly tf: Tf;
  /** For people: `cpu, one thread`. */
  readonly device: string;
  readonly version: string;
}

/** Why a backend cannot be opened here, and what to do about it. */
export interface Unavailable {
  readonly reason: string;
  readonly remedy?: string;
}

export type Opening =
  { readonly ok: true; readonly backend: OpenBackend } | { readonly ok: false; readonly unavailable: Unavailable };

export interface Backend {
  /** `tfjs:wasm` */
  readonly name: string;
  readonly description: string;
  /** The name it is registered under in tfjs. */
  readonly tfName: string;
  readonly traits: Traits;
  /** Imports what it needs and initializes it. Never throws. Repeated calls are free. */
  open(): Promise<Opening>;
}
