/** The source of a circuit that came as JSON text: finds the line and column of every field. */
import { parsePointer, type Place } from "@settle/diagnostics";
import type { Node } from "jsonc-parser";
import { indexLines } from "./line-index.ts";
import type { SourceText } from "./source-text.ts";

export interface JsonSource extends SourceText {
  readonly text: string;
  /** The place of characters that belong to no field, or to one that is there twice. */
  placeAt(offset: number, length: number, pointer?: string): Place;
}

/** `root` is the text's syntax tree, absent where there is none. */
export function jsonSource(text: string, root: Node | undefined, file?: string): JsonSource {
  const lines = indexLines(text);
  const placeAt = (offset: number, length: number, pointer = ""): Place => ({
    ...(file !== undefined && { file }),
    ...lines.locate(offset, length),
    pointer,
  });
  const place: SourceText["place"] = (pointer, part) => {
    if (root === undefined) return placeAt(0, 1, pointer);
    const { node, found } = findNode(root, parsePointer(pointer));
    // What a part lacks is said at the name of the part; the document, which has none, at its opening brace.
    if (!found) {
      const key = keyOf(node);
      return key === undefined ? placeAt(node.offset, 1, pointer) : placeAt(key.offset, key.length, pointer);
    }
    const target = (part === "key" ? keyOf(node) : undefined) ?? node;
    return placeAt(target.offset, target.length, pointer);
  };
  return {
    ...(file !== undefined && { file }),
    text,
    place,
    placeAt,
    placeInText(pointer, from, to) {
      const node = root === undefined ? undefined : findNode(root, parsePointer(pointer)).node;
      if (node?.type !== "string") return place(pointer, "value");
      const start = offsetInString(text, node.offset, from);
      return placeAt(start, offsetInString(text, node.offset, to) - start, pointer);
    },
  };
}

/** The node of a path, or the deepest one on the way to it. */
function findNode(root: Node, path: readonly string[]): { readonly node: Node; readonly found: boolean } {
  let node = root;
  for (const part of path) {
    const next = childOf(node, part);
    if (next === undefined) return { node, found: false };
    node = next;
  }
  return { node, found: true };
}

function childOf(node: Node, part: string): Node | undefined {
  if (node.type === "array") return node.children?.[Number(part)];
  // As in every JSON reader the last of two equal keys counts.
  return node.children?.findLast((property) => property.children?.[0]?.value === part)?.children?.[1];
}

function keyOf(node: Node): Node | undefined {
  return node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
}

/** Offset in the file of the `index`-th character of the string literal at `offset`, an escape counted as one. */
function offsetInString(text: string, offset: number, index: number): number {
  let at = offset + 1;
  for (let passed = 0; passed < index; passed++) {
    if (text[at] === "\\") at += text[at + 1] === "u" ? 6 : 2;
    else at += 1;
  }
  return at;
}
