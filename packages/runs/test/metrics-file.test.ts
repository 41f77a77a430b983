import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readMetrics } from "@settle/runs";
import type { MetricsLine } from "@settle/runtime";
import { describe, expect, test } from "vitest";
import { MetricsAppender } from "../src/metrics-file.ts";
import { temporaryFolder } from "./example-run.ts";

const step = (updates: number, discrepancy = 1 / updates): MetricsLine => ({
  kind: "step",
  epoch: 1,
  step: updates,
  updates,
  samples: 4,
  discrepancy,
  errors: { e0: discrepancy },
  imagesPerSecond: 20,
});

async function fileWith(...lines: readonly MetricsLine[]): Promise<string> {
  const path = join(await temporaryFolder(), "metrics.jsonl");
  const appender = new MetricsAppender(path);
  for (const line of lines) await appender.append(line);
  await appender.close();
  return path;
}

describe("metrics.jsonl", () => {
  test("gives back the lines that were appended", async () => {
    const epoch: MetricsLine = {
      kind: "epoch",
      epoch: 1,
      updates: 2,
      samples: 8,
      discrepancy: 0.5,
      errors: {},
      seconds: 3,
    };
    const path = await fileWith(step(1), step(2), epoch);
    expect(await readMetrics(path)).toEqual({ lines: [step(1), step(2), epoch], diagnostics: [] });
  });

  test("keeps NaN and infinity, which JSON has not", async () => {
    const path = await fileWith(step(1, NaN), step(2, Infinity));
    expect((await readMetrics(path)).lines).toEqual([step(1, NaN), step(2, Infinity)]);
  });

  test("is empty where there is no file", async () => {
    expect(await readMetrics(join(await temporaryFolder(), "metrics.jsonl"))).toEqual({ lines: [], diagnostics: [] });
  });

  test("is read up to a torn last line, at whatever byte it is torn", async () => {
    const path = await fileWith(step(1), step(2));
    const whole = await readFile(path, "utf8");
    const second = whole.indexOf("\n") + 1;
    for (let length = second; length < whole.length; length += 7) {
      await writeFile(path, whole.slice(0, length));
      expect(await readMetrics(path)).toEqual({ lines: [step(1)], diagnostics: [] });
    }
  });

  test("loses the torn line, and nothing else, when it is appended to", async () => {
    const path = await fileWith(step(1));
    await appendFile(path, '{"kind":"step","epoch":1,"st');
    const appender = new MetricsAppender(path);
    await appender.append(step(2));
    await appender.close();
    expect(await readMetrics(path)).toEqual({ lines: [step(1), step(2)], diagnostics: [] });
  });

  test("names a damaged line in the middle and reads the others", async () => {
    const path = await fileWith(step(1), step(2));
    await writeFile(path, (await readFile(path, "utf8")).replace("\n", "\nnot metrics\n"));
    const { lines, diagnostics } = await readMetrics(path);
    expect(lines).toEqual([step(1), step(2)]);
    expect(diagnostics).toMatchObject([{ code: "runs/damaged-metrics", severity: "warning", file: path, line: 2 }]);
  });

  test("is rewound to an update, and appended to from there", async () => {
    const path = await fileWith(step(1), step(2), step(3));
    const appender = new MetricsAppender(path);
    await appender.append(step(4));
    await appender.rewind(2);
    await appender.append(step(3, 9));
    await appender.close();
    expect((await readMetrics(path)).lines).toEqual([step(1), step(2), step(3, 9)]);
  });
});
