/** Shorthand that the language does not have, and quotes where none belong: what was meant can be told. */
import type { z } from "zod";

/** `value` written otherwise so that it fits `schema`; undefined where no way or more than one does. */
export function rewrite(schema: z.ZodType, value: unknown): unknown {
  const fitting = ways(value).filter((way) => schema.safeParse(way).success);
  return fitting.length === 1 ? fitting[0] : undefined;
}

function ways(value: unknown): readonly unknown[] {
  if (typeof value === "string") {
    const text = value.trim();
    const number = Number(text);
    return [
      ...(text !== "" && Number.isFinite(number) ? [number, [number]] : []),
      ...(text === "true" || text === "false" ? [text === "true"] : []),
      { kind: value },
      { data: value },
      [value],
    ];
  }
  if (Array.isArray(value)) return value.length === 1 ? [value[0]] : [];
  if (typeof value === "number" || typeof value === "boolean") return [[value]];
  // An object that only names its kind is what the bare word says.
  const kind =
    typeof value === "object" && value !== null && Object.keys(value).length === 1
      ? Object.values(value)[0]
      : undefined;
  return kind === undefined ? [] : [kind];
}
