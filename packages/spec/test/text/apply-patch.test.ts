import { applyPatch } from "@settle/spec";
import { describe, expect, it } from "vitest";

const text = `{
    // which language
    "name": "a", /* short */
    "states": {
        "x": { "shape": [8], "obsreved": { "data": "image" } }, // the image
    },
    "list": [1, 2, 3]
}
`;

describe("a patch applied to text", () => {
  it("renames a field and leaves its value, comments and layout alone", () => {
    const patch = [{ op: "move", from: "/states/x/obsreved", path: "/states/x/observed" }] as const;
    expect(applyPatch(text, patch)).toBe(text.replace("obsreved", "observed"));
  });

  it("replaces a value in its place", () => {
    expect(applyPatch(text, [{ op: "replace", path: "/list/1", value: 5 }])).toBe(text.replace("1, 2, 3", "1, 5, 3"));
  });

  it("adds the version as the first field, indented as the file is", () => {
    expect(applyPatch(text, [{ op: "add", path: "/version", value: 1 }])).toContain('{\n    "version": 1,');
  });

  it("removes a field with its comma", () => {
    expect(applyPatch(text, [{ op: "remove", path: "/states/x/shape" }])).toContain('{ "obsreved"');
  });

  it("keeps the line ends of the file", () => {
    const windows = text.replaceAll("\n", "\r\n");
    const patched = applyPatch(windows, [{ op: "add", path: "/version", value: 1 }])!;
    expect(patched.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("moves what stands elsewhere, and copies", () => {
    const moved = applyPatch(text, [{ op: "move", from: "/name", path: "/states/name" }])!;
    expect(moved).toContain('"name": "a"');
    expect(applyPatch(moved, [{ op: "test", path: "/states/name", value: "a" }])).toBe(moved);
    const copied = applyPatch(text, [{ op: "copy", from: "/list", path: "/more" }])!;
    expect(applyPatch(copied, [{ op: "test", path: "/more", value: [1, 2, 3] }])).toBe(copied);
  });

  it("is refused as a whole where a place is not there or a test fails", () => {
    expect(applyPatch(text, [{ op: "replace", path: "/states/y", value: 1 }])).toBeUndefined();
    expect(applyPatch(text, [{ op: "remove", path: "/nothing" }])).toBeUndefined();
    expect(
      applyPatch(text, [
        { op: "test", path: "/name", value: "b" },
        { op: "remove", path: "/name" },
      ]),
    ).toBeUndefined();
  });
});
