import { type Diagnostic, diagnosticsJson, sortDiagnostics } from "@settle/diagnostics";
import { describe, expect, test } from "vitest";

const fault = (place: Partial<Diagnostic>): Diagnostic => ({
  code: "schema/unknown-field",
  severity: "error",
  message: "No.",
  pointer: "",
  ...place,
});

describe("the JSON of diagnostics", () => {
  test("has the fields scripts rely on, and null for what is not known", () => {
    expect(diagnosticsJson([fault({ pointer: "/settle" })])).toEqual({
      ok: false,
      diagnostics: [
        {
          code: "schema/unknown-field",
          severity: "error",
          message: "No.",
          file: null,
          line: null,
          column: null,
          pointer: "/settle",
        },
      ],
    });
  });

  test("keeps place, help and repair", () => {
    const repair = [{ op: "move", from: "/a", path: "/b" }] as const;
    const whole = fault({ file: "a.json", line: 2, column: 3, length: 4, pointer: "/a", help: "Do.", repair });
    expect(diagnosticsJson([whole]).diagnostics).toEqual([
      {
        code: whole.code,
        severity: "error",
        message: "No.",
        file: "a.json",
        line: 2,
        column: 3,
        pointer: "/a",
        help: "Do.",
        repair,
      },
    ]);
  });

  test("is ok when nothing is an error", () => {
    expect(diagnosticsJson([]).ok).toBe(true);
    expect(diagnosticsJson([fault({ severity: "warning" }), fault({ severity: "info" })]).ok).toBe(true);
    expect(diagnosticsJson([fault({ severity: "warning" }), fault({})]).ok).toBe(false);
  });
});

describe("sorting", () => {
  test("goes by file, line and column, what has no place last, and leaves equals as they were", () => {
    const inOrder = [
      fault({ file: "a.json", line: 1, column: 9 }),
      fault({ file: "a.json", line: 2, column: 1, message: "first" }),
      fault({ file: "a.json", line: 2, column: 1, message: "second" }),
      fault({ file: "a.json", line: 10, column: 1 }),
      fault({ file: "a.json" }),
      fault({ file: "b.json", line: 1, column: 1 }),
      fault({}),
    ];
    const mixed = [6, 1, 5, 3, 4, 2, 0].map((index) => inOrder[index]!);
    expect(sortDiagnostics(mixed)).toEqual(inOrder);
  });

  test("writes nothing into what it was given", () => {
    const given = Object.freeze([fault({ line: 2 }), fault({ line: 1 })]);
    expect(sortDiagnostics(given).map(({ line }) => line)).toEqual([1, 2]);
  });
});
