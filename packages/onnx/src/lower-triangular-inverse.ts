/**
 * The inverse of a lower triangular matrix as ONNX nodes, which have none: with L = D(1 − M) and M strictly lower, so that
 * its n-th power is 0, L⁻¹ = (1 + M)(1 + M²)(1 + M⁴)… D⁻¹ exactly, in log₂ n products.
 */
import type { GraphBuilder } from "./graph-builder.ts";

/** @param shape  `[…, n, n]` of the matrix `name` */
export function lowerTriangularInverse(builder: GraphBuilder, name: string, shape: readonly number[]): string {
  const size = shape.at(-1)!;
  const flat = builder.add("Reshape", [name, builder.ints([size, size])]);
  const unit = builder.numbers(
    Float32Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? 1 : 0)),
    [size, size],
  );
  const lower = builder.add("Trilu", [flat], { upper: 0 });
  const diagonal = builder.add("ReduceSum", [builder.add("Mul", [lower, unit]), builder.ints([1])], { keepdims: 1 });
  let power = builder.add("Sub", [unit, builder.add("Div", [lower, diagonal])]);
  let inverse = builder.add("Add", [unit, power]);
  for (let reached = 2; reached < size; reached *= 2) {
    power = builder.add("MatMul", [power, power]);
    inverse = builder.add("MatMul", [inverse, builder.add("Add", [unit, power])]);
  }
  const across = builder.add("Reshape", [diagonal, builder.ints([1, size])]);
  return builder.add("Reshape", [builder.add("Div", [inverse, across]), builder.ints(shape)]);
}
