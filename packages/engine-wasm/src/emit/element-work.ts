/** The arithmetic of one element, on one vector of lanes. */
import type { ElementMap, ElementWork, KernelOperand } from "@settle/kernels";
import type { ScalarExpression } from "@settle/program";

import { emitExpression } from "./emit-expression.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { get, splat, type WatFunction } from "./wat-function.ts";

/** How the elements of a kernel find an operand's entries. */
export type Access =
  /** The same element. */
  | "same"
  /** One entry for all. */
  | "one"
  /** Anything else. */
  | "mapped";

export function accessOf({ divide, modulo }: ElementMap, elements: number): Access {
  if (modulo === 1 || divide >= elements) return "one";
  return divide === 1 && modulo >= elements ? "same" : "mapped";
}

export interface ElementSite {
  /** Text that loads an operand. */
  readonly load: (operand: KernelOperand, index: number) => string;
  /** Statement that stores a value. */
  readonly store: (array: number, value: string) => string;
  /** Takes a value into the k-th sum. */
  readonly sum: (k: number, value: string) => void;
}

/** What is summed over the elements of a kernel begins at zero, in a local for each vector. */
export function clearSums(f: WatFunction, work: ElementWork, vectors: number): void {
  work.sums.forEach((_, k) => {
    for (let v = 0; v < vectors; v++) f.set(f.local(`sum${k}-${v}`, "v128"), splat(0));
  });
}

/** Loads operands (into locals where they are used more than once), computes the lets, stores and sums. */
export function emitElementWork(f: WatFunction, module: ModuleBuilder, work: ElementWork, site: ElementSite): void {
  const uses = new Map<number, number>();
  for (const expression of work.lets) {
    emitExpression(expression, (index) => {
      uses.set(index, (uses.get(index) ?? 0) + 1);
      return "";
    });
    noteFunctions(expression, module);
  }
  const inPlace = work.operands.map((operand, index) => {
    const load = site.load(operand, index);
    if (operand.kind === "contraction" || (uses.get(index) ?? 0) <= 1) return load;
    f.set(f.local(`a${index}`, "v128"), load);
    return undefined;
  });
  const argument = (index: number): string => inPlace[index] ?? get(`a${index}`);
  const [only, ...more] = work.stores;
  if (only !== undefined && more.length + work.sums.length === 0 && work.lets.length === 1) {
    f.line(site.store(only.array, emitExpression(work.lets[0]!, argument)));
    return;
  }
  work.lets.forEach((expression, k) => {
    f.set(f.local(`a${work.operands.length + k}`, "v128"), emitExpression(expression, argument));
  });
  const valueOf = (k: number): string => argument(work.operands.length + k);
  for (const { array, let: k } of work.stores) f.line(site.store(array, valueOf(k)));
  work.sums.forEach(({ let: k }, index) => site.sum(index, valueOf(k)));
}

function noteFunctions(expression: ScalarExpression, module: ModuleBuilder): void {
  switch (expression.kind) {
    case "constant":
    case "argument":
      return;
    case "unary": {
      const { primitive } = expression;
      if (primitive !== "neg" && primitive !== "abs" && primitive !== "sqrt") module.used.add(primitive);
      return noteFunctions(expression.a, module);
    }
    case "binary":
      noteFunctions(expression.a, module);
      return noteFunctions(expression.b, module);
    case "select":
      for (const each of [expression.a, expression.b, expression.then, expression.otherwise])
        noteFunctions(each, module);
      return;
    default:
      expression satisfies never;
  }
}
