/** A CircuitDiff in words. */
import type { CircuitDiff, FieldChange, PartChange } from "./circuit-diff.ts";

export function printDiff(diff: CircuitDiff): string {
  const { before, after } = diff;
  const lines = [`${before.name} (${before.hash}) → ${after.name} (${after.hash})`];
  if (diff.same) return `${lines[0]}\n\nThe same circuit: every part, shape and setting is equal.\n`;
  const section = (title: string, content: readonly string[]): void => {
    if (content.length > 0) lines.push("", title, ...content);
  };
  section("states", partLines(diff.states));
  section("error nodes", partLines(diff.errors));
  section("synapses", partLines(diff.synapses));
  section("error synapses", partLines(diff.errorSynapses));
  section("lateral synapses", partLines(diff.laterals));
  section("settings", fieldLines(diff.settings, "  "));
  section("figures", fieldLines(diff.figures, "  "));
  if (lines.length === 1) lines.push("", "No part or setting differs.");
  return `${lines.join("\n")}\n`;
}

const signs = { added: "+", removed: "−" } as const;

function partLines(parts: readonly PartChange[]): readonly string[] {
  // Parts that changed in the same way are told together.
  const alike = new Map<string, string[]>();
  for (const part of parts) {
    if (part.change !== "changed" || part.was !== undefined) continue;
    const key = JSON.stringify(part.fields);
    alike.set(key, [...(alike.get(key) ?? []), part.id]);
  }
  return parts.flatMap((part) => {
    if (part.change !== "changed") return [`  ${signs[part.change]} ${part.id}  ${part.what}`];
    if (part.was !== undefined) return [`  ~ ${part.id}  was ${part.was}`, ...fieldLines(part.fields, "      ")];
    const together = alike.get(JSON.stringify(part.fields)) ?? [part.id];
    return part.id === together[0] ? [`  ~ ${together.join(", ")}`, ...fieldLines(part.fields, "      ")] : [];
  });
}

const fieldLines = (fields: readonly FieldChange[], indent: string): readonly string[] =>
  fields.map(
    ({ field, before = "none", after = "none" }) =>
      `${indent}${field.padEnd(21)} ${shortened(before)} → ${shortened(after)}`,
  );

/** A part that only one circuit has is told in its first words; the JSON has all of them. */
const shortened = (text: string): string => (text.length <= 72 ? text : `${text.slice(0, 71)}…`);
