/** A JSON Patch applied to text: comments, layout and everything that is not named stay as they are. */
import { parsePointer, type PatchOperation } from "@settle/diagnostics";
import { applyEdits, type Edit, findNodeAtLocation, modify, type Node, parseTree } from "jsonc-parser";

/** What the file itself uses, as far as can be told. */
function formattingOf(text: string): {
  readonly insertSpaces: boolean;
  readonly tabSize: number;
  readonly eol: string;
} {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? "  ";
  const insertSpaces = !indent.startsWith("\t");
  return { insertSpaces, tabSize: insertSpaces ? indent.length : 1, eol: text.includes("\r\n") ? "\r\n" : "\n" };
}

/**
 * @returns the text with the patch applied, or undefined where it does not apply: a place is not there, or a test fails
 */
export function applyPatch(text: string, patch: readonly PatchOperation[]): string | undefined {
  let current: string | undefined = text;
  for (const operation of patch) {
    if (current === undefined) return undefined;
    current = applyOperation(current, operation);
  }
  return current;
}

function applyOperation(text: string, operation: PatchOperation): string | undefined {
  const root = parseTree(text, [], { allowTrailingComma: true });
  if (root === undefined) return undefined;
  const path = stepsTo(root, operation.path);
  switch (operation.op) {
    case "test":
      return JSON.stringify(valueOf(root, path)) === JSON.stringify(operation.value) ? text : undefined;
    case "add":
      // The version is what a reader looks for first.
      return insert(text, path, operation.value, operation.path === "/version");
    case "replace": {
      const node = findNodeAtLocation(root, path);
      return node && applyEdits(text, [{ ...spanOf(node), content: onOneLine(operation.value) }]);
    }
    case "remove":
      return without(text, root, path);
    case "move":
    case "copy": {
      const from = stepsTo(root, operation.from);
      const node = findNodeAtLocation(root, from);
      if (node === undefined) return undefined;
      const key = operation.op === "move" && isRenaming(from, path) ? node.parent?.children?.[0] : undefined;
      if (key !== undefined) {
        return applyEdits(text, [{ ...spanOf(key), content: JSON.stringify(path.at(-1)) }]);
      }
      const rest = operation.op === "move" ? without(text, root, from) : text;
      return rest && insert(rest, path, valueOf(root, from));
    }
    default:
      return operation satisfies never;
  }
}

type Steps = (string | number)[];

const isRenaming = (from: Steps, to: Steps): boolean =>
  from.length === to.length && typeof to.at(-1) === "string" && from.slice(0, -1).every((step, k) => step === to[k]);

/** A pointer's parts; those inside lists as numbers. */
function stepsTo(root: Node, pointer: string): Steps {
  const steps: Steps = [];
  for (const part of parsePointer(pointer)) {
    const inList = findNodeAtLocation(root, steps)?.type === "array";
    steps.push(inList ? Number(part) : part);
  }
  return steps;
}

const spanOf = ({ offset, length }: Node) => ({ offset, length });

/** `{ "kind": "laplace" }`, `[2, 2, 5]`: as short values are written in a circuit. */
function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, field]) => `${JSON.stringify(key)}: ${onOneLine(field)}`)
    .join(", ")} }`;
}

/** The text without a field or an entry, and without the comma it no longer needs. */
function without(text: string, root: Node, path: Steps): string | undefined {
  const value = findNodeAtLocation(root, path);
  const node = value?.parent?.type === "property" ? value.parent : value;
  const siblings = node?.parent?.children ?? [];
  const index = siblings.findIndex((each) => each === node);
  if (node === undefined || index < 0) return undefined;
  const [before, after] = [siblings[index - 1], siblings[index + 1]];
  const from = after === undefined && before !== undefined ? before.offset + before.length : node.offset;
  const to = after === undefined ? node.offset + node.length : after.offset;
  return applyEdits(text, [{ offset: from, length: to - from, content: "" }]);
}

function insert(text: string, path: Steps, value: unknown, first = false): string {
  const edits: readonly Edit[] = modify(text, path, value, {
    formattingOptions: formattingOf(text),
    ...(first && { getInsertionIndex: () => 0 }),
  });
  return applyEdits(text, [...edits]);
}

function valueOf(root: Node, path: Steps): unknown {
  const node = findNodeAtLocation(root, path);
  const plain = (each: Node): unknown => {
    if (each.type === "array") return (each.children ?? []).map(plain);
    if (each.type !== "object") return each.value as unknown;
    return Object.fromEntries(
      (each.children ?? []).map(({ children: [key, value] = [] }) => [key?.value, value && plain(value)]),
    );
  };
  return node === undefined ? undefined : plain(node);
}
