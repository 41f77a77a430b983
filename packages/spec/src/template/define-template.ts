/** Families of circuits in TypeScript: declared parameters, and a function from their values to a circuit. */
import type { CircuitSpec, ParameterSpec } from "../circuit-spec.ts";

/** A parameter's value: a number, a switch, one of its options, or a list of numbers. */
export type ParameterValue = number | boolean | string | readonly number[];

/** The type of value that a declared parameter has. */
type ValueOf<Parameter extends ParameterSpec> = Parameter extends { readonly options: readonly (infer Word)[] }
  ? Word
  : Parameter["default"] extends number
    ? number
    : Parameter["default"] extends boolean
      ? boolean
      : Parameter["default"] extends readonly number[]
        ? readonly number[]
        : string;

export type ParameterValues<Parameters extends Readonly<Record<string, ParameterSpec>>> = {
  readonly [Name in keyof Parameters]: ValueOf<Parameters[Name]>;
};

export interface Template<
  Parameters extends Readonly<Record<string, ParameterSpec>> = Readonly<Record<string, ParameterSpec>>,
> {
  readonly parameters: Parameters;
  /** The circuit for some values; each is of its parameter's type and within its range. */
  readonly build: (values: ParameterValues<Parameters>) => CircuitSpec;
}

/** A family of circuits. The values that `build` gets have the types that the declarations say. */
export function defineTemplate<const Parameters extends Readonly<Record<string, ParameterSpec>>>(
  template: Template<Parameters>,
): Template<Parameters> {
  return template;
}

export function isTemplate(value: unknown): value is Template {
  if (typeof value !== "object" || value === null) return false;
  const { parameters, build } = value as Partial<Record<keyof Template, unknown>>;
  return typeof build === "function" && typeof parameters === "object" && parameters !== null;
}
