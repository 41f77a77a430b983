/** How diagnostics speak of a part and of a field of it. */
import { circuitDocument, type DocumentKind } from "./document-kind.ts";

type Path = readonly (string | number)[];

/** `Synapse "W1"`, `settle`, `The circuit`: the part a path leads into, as the beginning of a sentence. */
export function namePart(path: Path, kind: DocumentKind = circuitDocument): string {
  const { part } = split(path, kind);
  return part === "" ? `The ${kind.noun}` : part;
}

/** `"kernel" of synapse "W1"`, `"steps" of settle`, `"name"`: the field a path leads to. */
export function nameField(path: Path, kind: DocumentKind = circuitDocument): string {
  const { part, field } = split(path, kind);
  if (field === "") return part === "" ? `The ${kind.noun}` : part;
  if (part === "") return `"${field}"`;
  return `"${field}" of ${part.charAt(0).toLowerCase()}${part.slice(1)}`;
}

function split(path: Path, { sections }: DocumentKind): { readonly part: string; readonly field: string } {
  const [first, second] = path;
  if (first === undefined) return { part: "", field: "" };
  const section = sections[String(first)];
  if (section !== undefined && second !== undefined) {
    return { part: `${section} "${second}"`, field: joined(path.slice(2)) };
  }
  if (first === "defaults" && second !== undefined) return { part: `defaults.${second}`, field: joined(path.slice(2)) };
  if (path.length > 1 && typeof second === "string") return { part: String(first), field: joined(path.slice(1)) };
  return { part: "", field: joined(path) };
}

const joined = (path: Path): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${step}`)).join("");
