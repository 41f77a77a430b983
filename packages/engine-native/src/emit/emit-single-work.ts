/** Element-by-element arithmetic on one sample: a vector holds neighbouring elements. */
import type { ElementMap, ElementWork } from "@settle/kernels";
import { addressOf, type EmitContext } from "./c-text.ts";
import { emitExpression } from "./emit-expression.ts";

export interface SingleWorkPlace {
  /** Elements of the kernel. */
  readonly elements: number;
  /** How many elements of the vector count; the others are neither stored nor summed. */
  readonly count: number;
  /** C variable of the contraction's result, if the work is fused with one. */
  readonly contraction?: string;
  /** Where the kernel walks channel by channel: how many there are; C variables `c`, the first, and `q`, the position. */
  readonly channels?: number;
}

/** Work on the elements from `e` on. @param sum  the C variable that gathers the k-th sum */
export function emitSingleWork(
  context: EmitContext,
  work: ElementWork,
  place: SingleWorkPlace,
  sum: (k: number) => string,
): readonly string[] {
  const whole = place.count === context.target.width;
  const names = work.operands.map((operand, k) =>
    operand.kind === "contraction" ? (place.contraction ?? "") : `a${k}`,
  );
  const lines = work.operands.map((operand, k) =>
    operand.kind === "contraction" ? "" : loadOf(`a${k}`, addressOf(context, operand.array), operand.map, place),
  );
  work.lets.forEach((expression, k) => {
    lines.push(`const vec b${k} = ${emitExpression(expression, names)};`);
    names.push(`b${k}`);
  });
  for (const store of work.stores) {
    const target = `${addressOf(context, store.array)} + e`;
    lines.push(
      whole
        ? `*(loose *)(${target}) = (loose)b${store.let};`
        : `__builtin_memcpy(${target}, &b${store.let}, ${4 * place.count});`,
    );
  }
  work.sums.forEach((each, k) => {
    lines.push(`${sum(k)} += ${whole ? `b${each.let}` : `first_of(b${each.let}, ${place.count})`};`);
  });
  return lines.filter((line) => line !== "");
}

/** What is behind an array's end may be read, and is then not used. */
function loadOf(name: string, array: string, map: ElementMap, { elements, channels }: SingleWorkPlace): string {
  const { divide, modulo } = map;
  if (modulo === 1) return `const vec ${name} = num(${array}[0]);`;
  if (divide === 1 && modulo >= elements) return `const vec ${name} = load(${array} + e);`;
  if (channels !== undefined && divide === 1 && modulo === channels) return `const vec ${name} = load(${array} + c);`;
  if (channels !== undefined && divide === channels && modulo * channels === elements)
    return `const vec ${name} = num(${array}[q]);`;
  return `vec ${name}; for (int i = 0; i < WIDTH; i++) ${name}[i] = ${array}[((e + i) / ${divide}) % ${modulo}];`;
}
