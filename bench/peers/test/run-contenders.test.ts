import { describe, expect, it } from "vitest";
import type { WorkerCommand } from "../contender-process.ts";
import { median, runContenders } from "../run-contenders.ts";

/** A worker that says `greeting` and answers each request with what `answer` evaluates to. */
function worker(greeting: object, answer: string): WorkerCommand {
  const code = `
    const say = (message) => process.stdout.write(JSON.stringify(message) + "\\n");
    say(${JSON.stringify(greeting)});
    let asked = 0;
    require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
      const request = JSON.parse(line);
      asked += 1;
      say(${answer});
    });`;
  return { program: process.execPath, args: ["-e", code] };
}

const ready = { kind: "ready", version: "made up 1.0", seconds: { load: 0.5, first: 0.25 } };
const options = { rounds: 3, sampleSeconds: 0, foreignLimit: Infinity, patience: 0 };

describe("a comparison", () => {
  it("takes one sample of each contender in each round, and keeps their order", async () => {
    const contenders = ["b", "a"].map((name) => ({ name, workers: [worker(ready, "{}")] }));
    const results = await runContenders(contenders, options);
    expect(results.map(({ name }) => name)).toEqual(["b", "a"]);
    for (const each of results) {
      if (each.kind !== "measured") throw new Error(`${each.name} is missing: ${each.reason}`);
      expect(each.samples).toHaveLength(3);
      expect(each.version).toBe("made up 1.0");
      expect(each.seconds).toEqual({ load: 0.5, first: 0.25 });
    }
  });

  it("names contenders that are not there, with the reason, and goes on with the others", async () => {
    const results = await runContenders(
      [
        { name: "no module", workers: [worker({ kind: "missing", reason: "no module jax" }, "{}")] },
        { name: "no program", workers: [{ program: "no-such-program-anywhere", args: [] }] },
        { name: "no word", workers: [{ program: process.execPath, args: ["-e", "throw new Error('broken inside')"] }] },
        { name: "there", workers: [worker(ready, "{}")] },
      ],
      options,
    );
    expect(results.map((each) => (each.kind === "missing" ? each.reason : each.kind))).toEqual([
      "no module jax",
      expect.stringContaining("no-such-program-anywhere"),
      expect.stringMatching(/./),
      "measured",
    ]);
  });

  it("drops a contender that fails in the middle, saying what it said", async () => {
    const failing = worker(ready, 'asked > 2 ? { fault: "out of memory" } : {}');
    const [result] = await runContenders([{ name: "failing", workers: [failing] }], options);
    expect(result).toEqual({ kind: "missing", name: "failing", reason: "it failed in the middle: out of memory" });
  });

  it("checks what each computes, except where told not to", async () => {
    const both = [
      { name: "checked", workers: [worker(ready, "{}")] },
      { name: "unchecked", workers: [worker(ready, "{}")], unchecked: true as const },
    ];
    const results = await runContenders(both, { ...options, check: () => Promise.resolve(1e-6) });
    expect(results.map((each) => each.kind === "measured" && each.difference)).toEqual([1e-6, undefined]);
  });
});

describe("the median", () => {
  it("is the middle, or the mean of the two in the middle", () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
