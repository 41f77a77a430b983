/** JSON with comments and trailing commas, to a value and the places of its fields. */
import { type Diagnostic, formatPointer } from "@settle/diagnostics";
import { createScanner, type Node, type ParseError, parseTree } from "jsonc-parser";
import { circuitDocument, type DocumentKind } from "../validate/document-kind.ts";
import { forbiddenKey, forbiddenKeys } from "../validate/forbidden-key.ts";
import { explainSyntax } from "./explain-syntax.ts";
import { type JsonSource, jsonSource } from "./json-source.ts";

/** Characters a circuit file may have: room for some eighty thousand synapses. */
export const maximumTextLength = 8 * 1024 * 1024;
/** Objects and lists inside each other; a circuit needs seven. */
const maximumDepth = 64;
/** A file in another format breaks the grammar at every word; the first faults are the useful ones. */
const maximumSyntaxFaults = 20;

export interface JsonText {
  /** Absent where the text could not be read. */
  readonly value?: unknown;
  readonly diagnostics: readonly Diagnostic[];
  readonly source: JsonSource;
}

export function readJsonText(input: string, file?: string, kind: DocumentKind = circuitDocument): JsonText {
  // Editors do not count a byte order mark as a column.
  const text = input.startsWith("\uFEFF") ? input.slice(1) : input;
  if (text.length > maximumTextLength) return tooLarge(text.length, file, kind);
  const deep = offsetDeeperThan(text, maximumDepth);
  if (deep !== undefined) return tooDeep(jsonSource(text, undefined, file), deep, kind);
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const source = jsonSource(text, root, file);
  if (root === undefined || (errors.length > 0 && root.type !== "object" && root.type !== "array")) {
    return { diagnostics: [notJson(source, errors[0], kind)], source };
  }
  const diagnostics = syntaxFaults(source, errors);
  const value = readNode(root, [], { source, diagnostics });
  return { ...(errors.length === 0 && { value }), diagnostics, source };
}

interface Reading {
  readonly source: JsonSource;
  readonly diagnostics: Diagnostic[];
}

function readNode(node: Node, path: readonly (string | number)[], reading: Reading): unknown {
  if (node.type === "array") return node.children?.map((child, index) => readNode(child, [...path, index], reading));
  if (node.type !== "object") return node.value as unknown;
  const object: Record<string, unknown> = {};
  const seen = new Map<string, Node>();
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (key === undefined || value === undefined) continue;
    const name = key.value as string;
    const place = reading.source.placeAt(key.offset, key.length, formatPointer([...path, name]));
    const first = seen.get(name);
    seen.set(name, key);
    if (forbiddenKeys.has(name)) {
      reading.diagnostics.push({ ...forbiddenKey(name), ...place });
      continue;
    }
    if (first !== undefined) {
      const line = reading.source.placeAt(first.offset, first.length).line ?? 1;
      reading.diagnostics.push({
        code: "parse/duplicate-id",
        severity: "error",
        message: `"${name}" is there twice; one of them would be lost.`,
        note: `first on line ${line}`,
        help: "give one of them another name, or remove it.",
        ...place,
      });
    }
    object[name] = readNode(value, [...path, name], reading);
  }
  return object;
}

function tooLarge(length: number, file: string | undefined, { article }: DocumentKind): JsonText {
  const [has, may] = [length, maximumTextLength].map((count) => count.toLocaleString("en"));
  return {
    diagnostics: [
      {
        code: "parse/too-large",
        severity: "error",
        message: `The file has ${has} characters; ${article} may have ${may}.`,
        help: `is this ${article}? Weights and data belong in files of their own.`,
        ...(file !== undefined && { file }),
        pointer: "",
      },
    ],
    source: jsonSource("", undefined, file),
  };
}

function tooDeep(source: JsonSource, offset: number, { article }: DocumentKind): JsonText {
  return {
    diagnostics: [
      {
        code: "parse/too-deep",
        severity: "error",
        message: `Objects and lists are nested more than ${maximumDepth} deep.`,
        help: `is this ${article}? One needs a dozen levels at most.`,
        ...source.placeAt(offset, 1),
      },
    ],
    source,
  };
}

/** Where more than `limit` brackets are open. The parser recurses, so this must be known before it runs. */
function offsetDeeperThan(text: string, limit: number): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const character = text[scanner.getTokenOffset()];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth > limit) return scanner.getTokenOffset();
  }
  return undefined;
}

function notJson(source: JsonSource, error: ParseError | undefined, { article, beginning }: DocumentKind): Diagnostic {
  const empty = source.text.trim() === "";
  return {
    code: "parse/not-json",
    severity: "error",
    message: empty ? "The file is empty." : "The file is not JSON.",
    help: `${article} is a JSON object, ${beginning}.`,
    ...(empty ? source.placeAt(0, 1) : source.placeAt(error?.offset ?? 0, error?.length ?? 1)),
  };
}

/** One a line: after the first fault of a line the others mostly follow from it. */
function syntaxFaults(source: JsonSource, errors: readonly ParseError[]): Diagnostic[] {
  const byLine = new Map<number | undefined, Diagnostic>();
  for (const error of errors) {
    const place = source.placeAt(error.offset, error.length);
    if (byLine.has(place.line) || byLine.size === maximumSyntaxFaults) continue;
    byLine.set(place.line, { code: "parse/syntax", severity: "error", ...explainSyntax(source.text, error), ...place });
  }
  return [...byLine.values()];
}
