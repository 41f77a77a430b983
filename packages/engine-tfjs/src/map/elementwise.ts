/** `map`: one scalar expression applied entry by entry, operands broadcast. */
import { sameShape, type ScalarExpression, type ValueType } from "@settle/program";
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { alias } from "../alias.ts";
import { recordTape } from "./tape.ts";

export type Elementwise = (operands: readonly Tensor[], batch: number) => Tensor;

/** @param result  the declared type; operands broadcast to it */
export function elementwise(
  kit: Kit,
  expression: ScalarExpression,
  operandTypes: readonly ValueType[],
  result: ValueType,
): Elementwise {
  const tape = recordTape(kit, expression, operandTypes.length);
  return (operands, batch) => {
    const aligned = operands.map((operand, k) => align(kit, operand, operandTypes[k], result));
    const computed = tape(aligned);
    const shape = [...(result.batch ? [batch] : []), ...result.shape];
    const full = sameShape(computed.shape, shape) ? computed : kit.tf.broadcastTo(computed, shape);
    // What comes out is freed by itself, so it must not be an operand's or a constant's own tensor.
    return full.kept || operands.includes(full) ? alias(kit, full) : full;
  };
}

/** The batch aligns with the batch only: axes of 1 come in between, where tfjs would align it with an axis of the shape. */
function align(kit: Kit, operand: Tensor, type: ValueType | undefined, result: ValueType): Tensor {
  const missing = result.shape.length - (type?.shape.length ?? 0);
  if (type === undefined || !type.batch || missing === 0) return operand;
  const [samples = 0, ...shape] = operand.shape;
  return kit.tf.reshape(operand, [samples, ...Array.from({ length: missing }, () => 1), ...shape]);
}
