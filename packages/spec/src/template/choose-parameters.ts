/** The value of every declared parameter: the one given, or its default. */
import { closest } from "@settle/diagnostics";
import type { ParameterSpec } from "../circuit-spec.ts";
import type { Fault } from "../validate/fault.ts";
import type { ParameterValue } from "./define-template.ts";

/** Values by name, as the user gave them. */
export type GivenParameters = Readonly<Record<string, unknown>>;

export interface ChosenParameter {
  readonly declared: ParameterSpec;
  readonly value: ParameterValue;
  /** Whether someone gave the value; otherwise it is the default. */
  readonly given: boolean;
}

export type ChosenParameters = Readonly<Record<string, ChosenParameter>>;

/** @param declared  parameters that fit their schema */
export function chooseParameters(
  declared: Readonly<Record<string, ParameterSpec>>,
  given: GivenParameters,
): { readonly chosen: ChosenParameters; readonly faults: readonly Fault[] } {
  const names = Object.keys(declared);
  const faults: Fault[] = [];
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(declared, name)) faults.push(unknownParameter(name, names, ["parameters"]));
  }
  const chosen: Record<string, ChosenParameter> = {};
  for (const [name, parameter] of Object.entries(declared)) {
    faults.push(...checkDeclaration(name, parameter));
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const fault = value === undefined ? undefined : misfit(name, value, parameter);
    if (fault !== undefined) faults.push({ ...fault, path: ["parameters", name] });
    const fits = value !== undefined && fault === undefined;
    chosen[name] = {
      declared: parameter,
      value: fits ? (value as ParameterValue) : parameter.default,
      given: fits,
    };
  }
  return { chosen, faults };
}

export function unknownParameter(name: string, names: readonly string[], path: Fault["path"]): Fault {
  const near = closest(name, names);
  return {
    code: "template/unknown-parameter",
    path,
    message: `The circuit has no parameter "${name}".`,
    ...(near === undefined
      ? {
          help:
            names.length === 0
              ? 'it has none: declare it in "parameters".'
              : `it has ${names.map((each) => `"${each}"`).join(", ")}.`,
        }
      : { note: `did you mean "${near}"?`, help: `write "${near}".` }),
  };
}

/** A declaration whose default does not fit the rest of it. */
function checkDeclaration(name: string, parameter: ParameterSpec): readonly Fault[] {
  const path = ["parameters", name];
  if (typeof parameter.default === "string" && parameter.options === undefined) {
    return [
      {
        code: "template/bad-default",
        path,
        message: `Parameter "${name}" is a text and does not say which texts it may be.`,
        help: 'list them in "options".',
      },
    ];
  }
  const fault = misfit(name, parameter.default, parameter);
  if (fault === undefined) return [];
  const message = `The default of parameter "${name}" does not fit its declaration. ${fault.message}`;
  return [{ ...fault, code: "template/bad-default", path: [...path, "default"], message }];
}

type Misfit = Omit<Fault, "path">;

function misfit(name: string, value: unknown, parameter: ParameterSpec): Misfit | undefined {
  const wanted = typeName(parameter.default);
  if (typeName(value) !== wanted) {
    return {
      code: "template/wrong-type",
      message: `Parameter "${name}" must be ${wanted}; it is ${JSON.stringify(value)}.`,
      help: `give ${rangeOf(parameter)}${typeof value === "string" && wanted !== "a text" ? ", without quotes" : ""}.`,
    };
  }
  if (typeof value === "string") return wrongOption(name, value, parameter.options ?? [value]);
  const entries = typeof value === "number" ? [value] : Array.isArray(value) ? (value as readonly number[]) : [];
  const { min = -Infinity, max = Infinity, integer = false } = parameter;
  const outside = entries.find((entry) => entry < min || entry > max || (integer && !Number.isInteger(entry)));
  if (outside === undefined) return undefined;
  return {
    code: "template/out-of-range",
    message: `Parameter "${name}" must be ${rangeOf(parameter)}; ${Array.isArray(value) ? "an entry" : "it"} is ${outside}.`,
  };
}

function wrongOption(name: string, value: string, options: readonly string[]): Misfit | undefined {
  if (options.includes(value)) return undefined;
  const near = closest(value, options);
  return {
    code: "template/out-of-range",
    message: `Parameter "${name}" is "${value}", which is not one of ${options.map((each) => `"${each}"`).join(", ")}.`,
    ...(near === undefined ? {} : { note: `did you mean "${near}"?` }),
  };
}

/** `a whole number between 1 and 6`. */
export function rangeOf({ min, max, integer = false, options, default: fallback }: ParameterSpec): string {
  if (options !== undefined) return `one of ${options.join(", ")}`;
  if (typeof fallback === "boolean") return "true or false";
  const kind = integer ? "a whole number" : "a number";
  const what = Array.isArray(fallback) ? `a list, each ${kind}` : kind;
  if (min !== undefined && max !== undefined) return `${what} between ${min} and ${max}`;
  if (min !== undefined) return `${what} of at least ${min}`;
  return max === undefined ? what : `${what} of at most ${max}`;
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((entry) => typeof entry === "number" && Number.isFinite(entry))
      ? "a list of numbers"
      : "something else";
  }
  if (typeof value === "number") return Number.isFinite(value) ? "a number" : "something else";
  if (typeof value === "boolean") return "true or false";
  return typeof value === "string" ? "a text" : "something else";
}
