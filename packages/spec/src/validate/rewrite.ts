/** Shorthand that the language does not have, and quotes where none belong: what was meant can be told. */
import type { z } from "zod";

/** `value` written otherwise so that it fits `schema`; undefined where no way or more than one does. */
export function rewrite(schema: z.ZodType, value: unknown): unknown {
  const fits = (way: unknown): boolean => schema.safeParse(way).success;
  const bare = typeof value === "string" ? withoutQuotes(value) : undefined;
  // Where leaving out the quotes is enough, nothing else was meant.
  if (bare !== undefined && fits(bare)) return bare;
  const fitting = ways(value, bare).filter(fits);
  return fitting.length === 1 ? fitting[0] : undefined;
}

function withoutQuotes(value: string): number | boolean | undefined {
  const text = value.trim();
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function ways(value: unknown, bare: number | boolean | undefined): readonly unknown[] {
  if (typeof value === "string") {
    return [...(bare === undefined ? [] : [[bare]]), { kind: value }, { data: value }, [value]];
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
