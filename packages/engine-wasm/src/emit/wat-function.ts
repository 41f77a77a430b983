/** WebAssembly text, piece by piece: folded expressions as strings, statements in functions. */

export type WatType = "i32" | "f32" | "v128";

/** The bases every group kernel works on, in bytes, and how many lanes of the group hold samples. */
export const groupParameters = ["group", "temporary", "partial", "valid"] as const;

export const i32 = (value: number): string => `(i32.const ${value})`;
export const get = (local: string): string => `(local.get $${local})`;
export const addI32 = (a: string, b: string): string => `(i32.add ${a} ${b})`;

/** `a · factor`, or `a` itself where there is nothing to multiply. */
export const timesI32 = (a: string, factor: number): string => (factor === 1 ? a : `(i32.mul ${a} ${i32(factor)})`);

/** Prints a number so that it reads back as the float32 nearest to it. */
export function floatLiteral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(Math.fround(value))) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

export const splat = (value: number): string => {
  const literal = floatLiteral(value);
  return `(v128.const f32x4 ${literal} ${literal} ${literal} ${literal})`;
};

/** A memory instruction at `address + offset` bytes. */
export function access(instruction: string, offset: number, address: string, value?: string): string {
  const at = offset === 0 ? "" : ` offset=${offset}`;
  return `(${instruction}${at} ${address}${value === undefined ? "" : ` ${value}`})`;
}

/** Stores the first numbers of a vector, one to four of them. @param value  text; where `count` is 3, it appears twice */
export function storeFirst(count: number, offset: number, address: string, value: string): string {
  const lane = (instruction: string, at: number, index: number): string =>
    `(${instruction} offset=${at} ${index} ${address} ${value})`;
  if (count >= 4) return access("v128.store", offset, address, value);
  const parts = [];
  if (count >= 2) parts.push(lane("v128.store64_lane", offset, 0));
  if (count % 2 === 1) parts.push(lane("v128.store32_lane", offset + 4 * (count - 1), count - 1));
  return parts.join(" ");
}

export interface WatFunctionOptions {
  /** i32 parameters, before the v128 ones. */
  readonly parameters?: readonly string[];
  readonly vectorParameters?: readonly string[];
  readonly result?: WatType;
  readonly exported?: boolean;
  readonly comment?: string;
}

/** One function of the module: parameters, locals as they are asked for, statements with their indentation. */
export class WatFunction {
  readonly name: string;
  readonly #parameters: string;
  readonly #result: WatType | undefined;
  readonly #exported: boolean;
  readonly #comment: string | undefined;
  readonly #locals = new Map<string, WatType>();
  readonly #lines: string[] = [];
  #depth = 2;
  #labels = 0;

  constructor(name: string, options: WatFunctionOptions = {}) {
    const { parameters = [], vectorParameters = [] } = options;
    this.name = name;
    this.#parameters = [
      ...parameters.map((each) => ` (param $${each} i32)`),
      ...vectorParameters.map((each) => ` (param $${each} v128)`),
    ].join("");
    this.#result = options.result;
    this.#exported = options.exported ?? false;
    this.#comment = options.comment;
  }

  /** Names a local and returns the name. */
  local(name: string, type: WatType): string {
    this.#locals.set(name, type);
    return name;
  }

  line(text: string): void {
    this.#lines.push(`${"  ".repeat(this.#depth)}${text}`);
  }

  set(local: string, value: string): void {
    this.line(`(local.set $${local} ${value})`);
  }

  /** `local += bytes`. */
  advance(local: string, by: number): void {
    if (by !== 0) this.set(local, addI32(get(local), i32(by)));
  }

  /** Repeats the body until `again` is zero; the body runs at least once. */
  doWhile(body: () => void, again: () => string): void {
    const label = `$again${this.#labels++}`;
    this.line(`(loop ${label}`);
    this.#depth++;
    body();
    this.line(`(br_if ${label} ${again()})`);
    this.#depth--;
    this.line(")");
  }

  /** Repeats the body `count` times, counting a fresh local down; unrolls nothing, emits nothing for 0. */
  repeat(count: number, body: () => void): void {
    if (count <= 0) return;
    if (count === 1) return body();
    const counter = this.local(`n${this.#labels}`, "i32");
    this.set(counter, i32(count));
    this.doWhile(body, () => `(local.tee $${counter} (i32.sub ${get(counter)} ${i32(1)}))`);
  }

  when(condition: string, body: () => void): void {
    this.line(`(if ${condition} (then`);
    this.#depth++;
    body();
    this.#depth--;
    this.line("))");
  }

  toText(): string {
    const result = this.#result === undefined ? "" : ` (result ${this.#result})`;
    const exported = this.#exported ? ` (export "${this.name}")` : "";
    const comment = this.#comment === undefined ? [] : [`  ;; ${this.#comment.replaceAll(/\p{Cc}/gu, " ")}`];
    const locals = (["i32", "f32", "v128"] as const).flatMap((type) => {
      const names = [...this.#locals].filter(([, each]) => each === type).map(([name]) => `(local $${name} ${type})`);
      return names.length === 0 ? [] : [`    ${names.join(" ")}`];
    });
    return [
      ...comment,
      `  (func $${this.name}${exported}${this.#parameters}${result}`,
      ...locals,
      ...this.#lines,
      "  )",
    ].join("\n");
  }
}
