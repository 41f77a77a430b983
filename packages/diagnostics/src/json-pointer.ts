/** JSON pointers (RFC 6901): the address of a field inside a circuit, `/synapses/W1/from`. */

/** `["synapses", "W1"]` → `/synapses/W1`; an empty list is `""`, the whole document. */
export function formatPointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * `/synapses/W1` → `["synapses", "W1"]`; array indices stay text.
 *
 * @throws {RangeError} when a pointer is neither empty nor starts with a slash
 */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw new RangeError(`"${pointer}" is not a JSON pointer: it must start with "/"`);
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The pointer one level up; the whole document is its own parent. */
export function parentPointer(pointer: string): string {
  return formatPointer(parsePointer(pointer).slice(0, -1));
}

/** The value a pointer leads to, or `undefined` where there is none. Own properties only. */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const part of parsePointer(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}
