import { describe, expect, it } from "vitest";
import { peakName } from "../contenders.ts";
import { renderCase } from "../render-case.ts";
import type { ContenderResult, Sample } from "../run-contenders.ts";

const wanted = { problem: "conv-ngc", batch: 100, threads: 2 };

function contender(name: string, samples: readonly Sample[]): ContenderResult {
  return { kind: "measured", name, version: `${name} 1.0`, seconds: { load: 1, first: 2 }, samples };
}

function row(text: string, name: string): readonly string[] {
  const line = text.split("\n").find((each) => each.startsWith(`| ${name} |`)) ?? "";
  return line.split("|").map((cell) => cell.trim());
}

describe("the table of a case", () => {
  it("takes the median of the samples that nobody disturbed", () => {
    const times = [1, 4, 2].map((seconds) => ({ seconds, spoilt: false }));
    const text = renderCase(wanted, 1e6, [contender("settle native", [...times, { seconds: 0.1, spoilt: true }])]);
    expect(row(text, "settle native").slice(2, 5)).toEqual(["50.0", "25.0 … 1000", "0.1"]);
    expect(text).toContain("3 clean of 4");
  });

  it("takes the fastest where all were disturbed, and says so", () => {
    const samples = [1, 4, 2].map((seconds) => ({ seconds, spoilt: true }));
    const text = renderCase(wanted, 1e6, [contender("settle native", samples)]);
    expect(row(text, "settle native")[2]).toBe("100");
    expect(text).toContain("0 clean of 3");
  });

  it("gives shares of the peak of as many cores as there are threads", () => {
    // A billion operations in a hundredth of a second of processor time: 100 GFLOP/s a core, 200 on two.
    const peak = [{ seconds: 0.005, processorSeconds: 0.01, spoilt: false }];
    const ours = [{ seconds: 1, processorSeconds: 2, spoilt: false }];
    const text = renderCase(wanted, 1e9, [contender(peakName, peak), contender("settle native", ours)]);
    expect(text).toContain("peak 200 GFLOP/s");
    expect(row(text, "settle native").slice(4, 9)).toEqual(["100.0", "50.0 %", "1.00 ×", "50.0", "50.0 %"]);
  });

  it("compares with our own engine, and names who is missing", () => {
    const text = renderCase(wanted, 1e6, [
      contender("settle native", [{ seconds: 1, spoilt: false }]),
      contender("JAX dilated", [{ seconds: 4, spoilt: false }]),
      { kind: "missing", name: "PyTorch eager", reason: "this Python has no module torch" },
    ]);
    expect(row(text, "JAX dilated")[6]).toBe("4.00 ×");
    expect(text).toContain("not here: PyTorch eager (this Python has no module torch)");
  });
});
