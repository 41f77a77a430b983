/** The fields of two objects that differ, nested ones by path. */
import { printNumber } from "@settle/program";
import type { FieldChange } from "./circuit-diff.ts";

/** @param skip  fields of the outermost object that do not count */
export function compareFields(before: object, after: object, skip: readonly string[] = []): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  walk(before, after, "", skip, changes);
  return changes;
}

function walk(before: unknown, after: unknown, path: string, skip: readonly string[], changes: FieldChange[]): void {
  // Two objects of one kind are compared field by field; of two kinds, as a whole.
  if (isRecord(before) && isRecord(after) && before["kind"] === after["kind"]) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()) {
      if (path === "" && skip.includes(key)) continue;
      walk(before[key], after[key], path === "" ? key : `${path}.${key}`, skip, changes);
    }
    return;
  }
  // Lists of parts (the stages of a block) are compared place by place.
  if (isRecordList(before) && isRecordList(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      walk(before[index], after[index], `${path}[${index}]`, skip, changes);
    }
    return;
  }
  const [left, right] = [shown(before), shown(after)];
  if (left === right) return;
  changes.push({
    field: path,
    ...(left === undefined ? {} : { before: left }),
    ...(right === undefined ? {} : { after: right }),
  });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isRecordList = (value: unknown): value is readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRecord);

/** `leaky-relu (slope 0.2)`, `[16, 16, 25]`, `0.1`. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return printNumber(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (!isRecord(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const { kind, ...rest } = value;
  const fields = Object.entries(rest).map(([name, each]) => `${name} ${shown(each)}`);
  if (kind === undefined) return fields.join(", ");
  const name = shown(kind);
  return fields.length === 0 ? name : `${name} (${fields.join(", ")})`;
}
