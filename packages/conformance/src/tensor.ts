/** Tensors as fixtures hold them: nested arrays of numbers. */
import type { Shape } from "@settle/program";

export interface Tensor {
  readonly shape: Shape;
  /** Row-major. */
  readonly values: Float64Array;
}

/** Flattens nested arrays. @returns what is wrong with them, in words, where they are not a tensor of finite numbers */
export function readTensor(nested: unknown): Tensor | string {
  const shape: number[] = [];
  for (let level = nested; Array.isArray(level); level = level[0] as unknown) shape.push(level.length);
  if (shape.length === 0 || shape.includes(0)) return "expected nested arrays of numbers";
  const values: number[] = [];
  const fault = collect(nested, shape, 0, values);
  return fault ?? { shape, values: Float64Array.from(values) };
}

function collect(nested: unknown, shape: Shape, depth: number, values: number[]): string | undefined {
  if (depth === shape.length) {
    if (typeof nested !== "number") return `expected a number at depth ${depth}`;
    if (!Number.isFinite(nested)) return "expected finite numbers";
    values.push(nested);
    return undefined;
  }
  if (!Array.isArray(nested) || nested.length !== shape[depth]) {
    return `the arrays are ragged: expected [${shape.join(", ")}] throughout`;
  }
  for (const entry of nested) {
    const fault = collect(entry, shape, depth + 1, values);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
