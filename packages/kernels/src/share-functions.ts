/**
 * Costly functions are evaluated once. The slope of an activation often holds the activation itself: tanh′ = 1 − tanh².
 * Where a map has already made φ(z), a later map of the same z that contains φ reads it instead of making it again.
 */
import { argument, type Phase, sameType, type ScalarExpression, type ValueId, withParts } from "@settle/program";
import type { MapInstruction } from "./fuse-phase.ts";

/** A value some map has made, as an expression over values. */
interface Known {
  readonly value: ValueId;
  readonly text: string;
}

/** @returns the phase with such maps rewritten; nothing else about it changes */
export function shareFunctions(phase: Phase): Phase {
  const known: Known[] = [];
  const instructions = phase.instructions.map((instruction) => {
    if (instruction.kind !== "map") return instruction;
    const type = phase.values[instruction.out]!.type;
    const shared = readKnown(
      instruction,
      known.filter(({ value }) => sameType(phase.values[value]!.type, type)),
    );
    if (isCostly(instruction.expression))
      known.push({ value: instruction.out, text: textOf(instruction.expression, instruction.operands) });
    return shared;
  });
  return { ...phase, instructions };
}

function readKnown(instruction: MapInstruction, known: readonly Known[]): MapInstruction {
  if (known.length === 0 || !isCostly(instruction.expression)) return instruction;
  const operands = [...instruction.operands];
  const rewrite = (expression: ScalarExpression): ScalarExpression => {
    if (!isCostly(expression)) return expression;
    const text = textOf(expression, instruction.operands);
    const found = known.find((each) => each.text === text);
    if (found === undefined) return withParts(expression, rewrite);
    let index = operands.indexOf(found.value);
    if (index < 0) index = operands.push(found.value) - 1;
    return argument(index);
  };
  const expression = rewrite(instruction.expression);
  if (operands.length === instruction.operands.length && expression === instruction.expression) return instruction;
  return { ...instruction, expression, operands };
}

/** Whether it takes longer than reading its value from memory. */
function isCostly(expression: ScalarExpression): boolean {
  switch (expression.kind) {
    case "constant":
    case "argument":
      return false;
    case "unary":
      return costly.has(expression.primitive) || isCostly(expression.a);
    case "binary":
      return expression.primitive === "div" || [expression.a, expression.b].some(isCostly);
    case "select":
      return [expression.a, expression.b, expression.then, expression.otherwise].some(isCostly);
    default:
      return expression satisfies never;
  }
}

const costly: ReadonlySet<string> = new Set(["exp", "log", "sqrt", "tanh", "erf"]);

/** The same for the same expression of the same values, whatever their order among the operands. */
function textOf(expression: ScalarExpression, operands: readonly ValueId[]): string {
  switch (expression.kind) {
    case "constant":
      return Object.is(expression.value, -0) ? "-0" : String(expression.value);
    case "argument":
      return `%${operands[expression.index]}`;
    case "unary":
      return `${expression.primitive}(${textOf(expression.a, operands)})`;
    case "binary":
      return `${expression.primitive}(${textOf(expression.a, operands)},${textOf(expression.b, operands)})`;
    case "select": {
      const { comparison, a, b, then, otherwise } = expression;
      return `${comparison}(${[a, b, then, otherwise].map((part) => textOf(part, operands)).join(",")})`;
    }
    default:
      return expression satisfies never;
  }
}
