export { fixedValues } from "./fixed-values.ts";
export { type LearningSchedule, scheduledFactor, type TrainingSpan } from "./learning-schedule.ts";
export type { Backpropagation, ReversedPhase } from "./backpropagation.ts";
export { printInstruction, printLaw, printProgram, printRelation } from "./print-program.ts";
export { printNumber, printScalarExpression, printScalarExpressionLatex } from "./print-scalar-expression.ts";
export {
  type AutoRate,
  type Buffer,
  type BufferId,
  type BufferRole,
  type InitialLaw,
  type Instruction,
  type Mode,
  type Monitor,
  type Phase,
  type PhaseName,
  phaseNames,
  type Program,
  type Stability,
  type StableBound,
  type Value,
  type ValueId,
} from "./program.ts";
export {
  hasTensor,
  multiplyAdds,
  type Relation,
  type RelationAxis,
  type RelationWeights,
  weightShape,
} from "./relation.ts";
export {
  abs,
  add,
  argument,
  arity,
  type BinaryPrimitive,
  type Comparison,
  constant,
  div,
  erf,
  exp,
  log,
  max,
  min,
  mul,
  neg,
  type Operand,
  type ScalarExpression,
  select,
  sign,
  sqrt,
  sub,
  substitute,
  tanh,
  type UnaryPrimitive,
  withParts,
} from "./scalar-expression.ts";
export { parseProgram, serializeProgram } from "./serialize-program.ts";
export { operandsOf, verifyProgram } from "./verify-program.ts";
export { broadcastType, printType, sameShape, sameType, type Shape, sizeOf, type ValueType } from "./value-type.ts";
