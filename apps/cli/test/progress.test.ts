import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Progress, type ProgressOptions } from "../src/progress.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** Lines written where there is no terminal, after one update a second. */
function linesOf(options: ProgressOptions, seconds: number): readonly string[] {
  const lines: string[] = [];
  const progress = new Progress({ write: (text: string) => lines.push(text) > 0 }, options, false);
  for (let second = 1; second <= seconds; second++) {
    vi.advanceTimersByTime(1000);
    progress.update(second);
  }
  progress.stop();
  return lines;
}

it("without a terminal is a line every five seconds at first, and a few dozen an hour", () => {
  const images = { title: "training", total: 3600, unit: "images" };
  expect(linesOf(images, 10)).toEqual([
    "training: 5/3600 images, 59 min 55 s left\n",
    "training: 10/3600 images, 59 min 50 s left\n",
  ]);
  const hour = linesOf(images, 3599).length;
  expect(hour).toBeGreaterThan(40);
  expect(hour).toBeLessThan(120);
});

it("shows a share as a percentage", () => {
  expect(linesOf({ title: "svhn", total: 1000, unit: "%" }, 9)).toEqual(["svhn: 0 %, 16 min 35 s left\n"]);
  expect(linesOf({ title: "svhn", total: 8, unit: "%" }, 6)).toEqual(["svhn: 62 %, 3 s left\n"]);
});
