import type { BufferId } from "@settle/program";
import { describe, expect, it } from "vitest";
import { RequestCheck } from "../src/request-check.ts";
import { buffer, linearProgram } from "./fixtures/linear-program.ts";

const check = new RequestCheck(linearProgram());
const codeOf = (work: () => void): unknown => {
  try {
    work();
  } catch (fault) {
    return (fault as { readonly diagnostic?: { readonly code?: string } }).diagnostic?.code;
  }
  return undefined;
};

describe("the check of a request", () => {
  it("lets whole numbers of samples pass, and nothing else", () => {
    expect(codeOf(() => check.checkBatch(1))).toBeUndefined();
    for (const batch of [0, -1, 1.5, NaN, Infinity])
      expect(codeOf(() => check.checkBatch(batch))).toBe("engine/shape-mismatch");
  });

  it("counts a buffer of parameters once and a buffer of states once a sample", () => {
    expect(codeOf(() => check.checkSize(buffer("W"), new Float32Array(6), 5))).toBeUndefined();
    expect(codeOf(() => check.checkSize(buffer("x"), new Float32Array(15), 5))).toBeUndefined();
    expect(codeOf(() => check.checkSize(buffer("x"), new Float32Array(3), 5))).toBe("engine/shape-mismatch");
  });

  it("names the buffers there are where one is unknown", () => {
    expect(() => check.declaration("q" as BufferId)).toThrow('no buffer "q"');
    expect(codeOf(() => check.declaration("q" as BufferId))).toBe("engine/unknown-buffer");
  });

  it("asks for every input and noise that the schedule reads and nobody gave", () => {
    const schedule = [{ phase: "start" }] as const;
    expect(codeOf(() => check.requireInputs(schedule, () => true))).toBeUndefined();
    expect(codeOf(() => check.requireInputs(schedule, () => false))).toBe("engine/missing-input");
    expect(codeOf(() => check.requireInputs([], () => false))).toBeUndefined();
  });
});
