/** Pieces of C that every emitter writes the same way. */
import type { ArrayIndex, ElementMap, KernelArray, KernelPlan } from "@settle/kernels";
import type { Target } from "./target.ts";

/** What the emitters of single kernels share. */
export interface EmitContext {
  readonly plan: KernelPlan;
  readonly target: Target;
  /** Vectors in a lane group. */
  readonly vectors: number;
  /** Grows as kernels ask for memory beside the plan's. */
  readonly room: Room;
}

export interface Room {
  /** Numbers in all. */
  shared: number;
  /** Numbers of each thread. */
  temporary: number;
}

/** A kernel as C. */
export interface EmittedKernel {
  readonly lines: readonly string[];
  /** Calls that must come before the groups of a run, after the phase's head. */
  readonly prepare: readonly string[];
}

/** Parameters of every group kernel, and the arguments that pass them on. */
export const memoryParameters = "float *g, float *t, float *s, float *p";
export const memoryArguments = "g, t, s, p";

const baseOf = { group: "g", temporary: "t", shared: "s", partial: "p" } as const;

export function arrayOf(context: EmitContext, index: ArrayIndex): KernelArray {
  const array = context.plan.arrays[index];
  if (array === undefined) throw new Error(`native emitter fault: the plan has no array ${index}`);
  return array;
}

/** Address of an array's first number. */
export function addressOf(context: EmitContext, index: ArrayIndex): string {
  const { space, offset } = arrayOf(context, index);
  return `(${baseOf[space]} + ${offset})`;
}

/** Address of an array's first vector. */
export function vectorsOf(context: EmitContext, index: ArrayIndex): string {
  return `((vec *)${addressOf(context, index)})`;
}

export function isLaneArray(context: EmitContext, index: ArrayIndex): boolean {
  const { space } = arrayOf(context, index);
  return space === "group" || space === "temporary";
}

/** The shortest float literal that is the same float32. */
export function floatLiteral(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return '__builtin_nanf("")';
  if (!Number.isFinite(single)) return single > 0 ? "__builtin_inff()" : "(-__builtin_inff())";
  let text = String(single);
  for (let digits = 1; digits <= 9; digits++) {
    const shorter = single.toPrecision(digits);
    if (Math.fround(Number(shorter)) === single) {
      text = shorter;
      break;
    }
  }
  const literal = `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  return single < 0 || Object.is(single, -0) ? `(${literal})` : literal;
}

/** `a * b`, left out where a factor is 1 and 0 where one is 0. */
export function times(expression: string, factor: number): string {
  if (factor === 0) return "0";
  return factor === 1 ? expression : `${expression} * ${factor}`;
}

/** ⌊element / divide⌋ mod modulo for an element below `elements`. */
export function mappedIndex(element: string, map: ElementMap, elements: number): string {
  if (map.modulo === 1) return "0";
  const divided = map.divide === 1 ? element : `(${element}) / ${map.divide}`;
  return map.divide * map.modulo >= elements ? divided : `(${divided}) % ${map.modulo}`;
}

export function indent(lines: readonly string[], by = "  "): readonly string[] {
  return lines.map((line) => (line === "" ? line : by + line));
}

/** A comment may quote a circuit's own names: nothing in them can end it or continue the line. */
export function comment(text: string): string {
  return `/* ${text
    .replaceAll("*/", "* /")
    .replaceAll("/*", "/ *")
    .replaceAll(/[\\\r\n?]/g, " ")} */`;
}
