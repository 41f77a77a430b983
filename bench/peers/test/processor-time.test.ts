import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { busySeconds, peakMemory, processSeconds } from "../processor-time.ts";

describe("processor time", () => {
  it("grows while this process computes, or is said to be unknown", () => {
    const before = processSeconds(process.pid);
    const busy = busySeconds();
    const until = performance.now() + 200;
    while (performance.now() < until);
    if (!existsSync("/proc/stat")) {
      expect([before, busy, peakMemory(process.pid)]).toEqual([undefined, undefined, undefined]);
      return;
    }
    expect(processSeconds(process.pid)).toBeGreaterThan(before ?? Infinity);
    expect(busySeconds()).toBeGreaterThan(busy ?? Infinity);
    expect(peakMemory(process.pid)).toBeGreaterThan(10e6);
  });

  it("is unknown of a process that is not there", () => {
    expect(processSeconds(2 ** 30)).toBeUndefined();
    expect(peakMemory(2 ** 30)).toBeUndefined();
  });
});
