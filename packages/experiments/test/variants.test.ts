import { describe, expect, it } from "vitest";
import { changeCircuit } from "../src/variants/change-circuit.ts";

const merged = (target: unknown, merge: unknown): unknown =>
  changeCircuit(target, { circuit: "c", merge: merge as Record<string, unknown> }).value;

describe("a merge patch", () => {
  // RFC 7396, appendix A, those whose patch is an object.
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (target, patch, result) => {
    expect(merged(target, patch)).toEqual(result);
  });

  it("leaves what it is applied to as it was", () => {
    const target = { a: { b: 1 } };
    merged(target, { a: { b: 2 } });
    expect(target).toEqual({ a: { b: 1 } });
  });
});

describe("a patch", () => {
  it("is applied after the merge, operation by operation", () => {
    const { value, faults } = changeCircuit(
      { a: { b: 1 } },
      {
        circuit: "c",
        merge: { a: { c: 2 } },
        patch: [
          { op: "move", from: "/a/c", path: "/d" },
          { op: "test", path: "/d", value: 2 },
          { op: "remove", path: "/a/b" },
        ],
      },
    );
    expect(faults).toEqual([]);
    expect(value).toEqual({ a: {}, d: 2 });
  });

  it("tells each operation that cannot be done", () => {
    const { faults } = changeCircuit(
      { a: 1 },
      {
        circuit: "c",
        patch: [
          { op: "remove", path: "/b" },
          { op: "test", path: "/a", value: 2 },
          { op: "copy", from: "/q", path: "/r" },
        ],
      },
    );
    expect(faults).toEqual([
      { path: ["patch", 0], message: '"/b" is not in the circuit' },
      { path: ["patch", 1], message: '"/a" is not what the test expects' },
      { path: ["patch", 2], message: '"/q" is not in the circuit' },
    ]);
  });
});
