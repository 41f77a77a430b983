import { type Diagnostic, renderDiagnostic, renderDiagnostics } from "@settle/diagnostics";
import { describe, expect, test } from "vitest";

const mismatch: Diagnostic = {
  code: "resolve/shape-mismatch",
  severity: "error",
  message: 'Synapse "W2" predicts [16, 16, 20], but its target "z1" is [16, 16, 25].',
  file: "circuits/mine.json",
  line: 31,
  column: 9,
  length: 4,
  pointer: "/synapses/W2/to",
  note: "z1 has 25 channels (line 9)",
  help: "give W2 25 output channels, or z1 20.",
};
const text = `${"\n".repeat(30)}  "to": "e1",\n}`;

/** The text without ANSI codes. */
// oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
const plain = (colored: string): string => colored.replaceAll(/\u001B\[[0-9;]*m/g, "");

describe("a rendered diagnostic", () => {
  test("shows fault, place, line, caret, help and page", () => {
    expect(renderDiagnostic(mismatch, text)).toBe(
      `error[resolve/shape-mismatch]  Synapse "W2" predicts [16, 16, 20], but its target "z1" is [16, 16, 25].
  at circuits/mine.json:31:9   /synapses/W2/to
  31 |   "to": "e1",
     |         ^^^^ z1 has 25 channels (line 9)
  help: give W2 25 output channels, or z1 20.          docs/diagnostics/resolve-shape-mismatch.md`,
    );
  });

  test("shows no line without the text, and keeps the note", () => {
    expect(renderDiagnostic(mismatch)).toBe(
      `error[resolve/shape-mismatch]  Synapse "W2" predicts [16, 16, 20], but its target "z1" is [16, 16, 25].
  at circuits/mine.json:31:9   /synapses/W2/to
  note: z1 has 25 channels (line 9)
  help: give W2 25 output channels, or z1 20.          docs/diagnostics/resolve-shape-mismatch.md`,
    );
  });

  test("of a circuit built in memory has its pointer as place", () => {
    expect(
      renderDiagnostic({ code: "schema/out-of-range", severity: "error", message: "No.", pointer: "/settle/steps" }),
    ).toBe(
      `error[schema/out-of-range]  No.
  at /settle/steps
  see docs/diagnostics/schema-out-of-range.md`,
    );
  });

  test("of no place at all is two lines", () => {
    expect(renderDiagnostic({ code: "engine/unknown", severity: "error", message: "No.", pointer: "" })).toBe(
      "error[engine/unknown]  No.\n  see docs/diagnostics/engine-unknown.md",
    );
  });

  test("puts the page behind a help that is too long for its column", () => {
    const help = "a very long help ".repeat(6).trim();
    expect(
      renderDiagnostic({ ...mismatch, help })
        .split("\n")
        .at(-1),
    ).toBe(`  help: ${help}   docs/diagnostics/resolve-shape-mismatch.md`);
  });

  test("cuts a long line around the fault, the caret still under it", () => {
    const line = `{ ${'"a": 1, '.repeat(100)}"wrong": 2, ${'"b": 3, '.repeat(100)}}`;
    const column = line.indexOf('"wrong"') + 1;
    const rendered = renderDiagnostic({ ...mismatch, line: 1, column, length: 7, note: "here" }, line);
    const [shown = "", caret = ""] = rendered.split("\n").slice(2);
    expect(shown.length).toBeLessThan(120);
    expect(shown).toMatch(/\| ….*…$/);
    expect(shown.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe('"wrong"');
  });

  test("counts a tab as one column and knows all line ends", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const rendered = renderDiagnostic({ ...mismatch, line: 2, column: 4, length: 3 }, `{${end}\t\t"to": 1${end}}`);
      const [shown = "", caret = ""] = rendered.split("\n").slice(2);
      expect(shown.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe('to"');
    }
  });

  test("leaves out a byte order mark, which is no column", () => {
    expect(renderDiagnostic({ ...mismatch, line: 1, column: 1, length: 3 }, "\uFEFFabc")).toContain(
      "\n  1 | abc\n    | ^^^ ",
    );
  });

  test("with a line that the text does not have shows none", () => {
    expect(renderDiagnostic({ ...mismatch, line: 99 }, text)).not.toContain("|");
  });

  test("is the same in colour, colours apart", () => {
    const colored = renderDiagnostic(mismatch, text, { color: true });
    expect(colored).not.toBe(renderDiagnostic(mismatch, text));
    expect(plain(colored)).toBe(renderDiagnostic(mismatch, text));
  });

  test("says its severity", () => {
    for (const severity of ["error", "warning", "info"] as const) {
      expect(renderDiagnostic({ ...mismatch, severity })).toMatch(new RegExp(`^${severity}\\[`));
    }
  });
});

test("several diagnostics stand a blank line apart", () => {
  expect(renderDiagnostics([mismatch, mismatch], text)).toBe(
    `${renderDiagnostic(mismatch, text)}\n\n${renderDiagnostic(mismatch, text)}`,
  );
});
