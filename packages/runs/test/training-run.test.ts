import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "@settle/diagnostics";
import { createRun, encodeCheckpoint, openRun, type TrainingRun } from "@settle/runs";
import type { MetricsLine } from "@settle/runtime";
import { describe, expect, onTestFinished, test } from "vitest";
import { exampleCheckpoint } from "./example-checkpoint.ts";
import { diagnosticOf, exampleStart, temporaryFolder } from "./example-run.ts";

const otherCircuit = { ...exampleStart, circuit: { name: "other", hash: "b".repeat(64), source: "{}" } };
const file = (updates: number) => `update-${String(updates).padStart(8, "0")}.safetensors`;

async function freshRun(keep?: number): Promise<TrainingRun> {
  const dir = join(await temporaryFolder(), "deep", "run");
  const run = await createRun(dir, exampleStart, keep === undefined ? {} : { keep });
  onTestFinished(() => run.close());
  return run;
}

const measured = (kind: "epoch" | "validation", updates: number, discrepancy: number): MetricsLine => ({
  kind,
  epoch: 1,
  updates,
  samples: 4,
  discrepancy,
  errors: {},
  seconds: 1,
});

describe("making a run folder", () => {
  test("writes what was run, and anyone can read it", async () => {
    const run = await freshRun();
    const written: unknown = JSON.parse(await readFile(join(run.dir, "run.json"), "utf8"));
    expect(written).toMatchObject({
      format: "settle-run",
      version: 1,
      ...exampleStart,
      status: "running",
      earlier: [],
    });
    expect((await openRun(run.dir)).manifest).toEqual(run.manifest);
  });

  test("refuses a folder that holds a run, and says how to go on", async () => {
    const run = await freshRun();
    await run.close();
    const before = await readFile(run.paths.manifest, "utf8");
    const diagnostic = await diagnosticOf(createRun(run.dir, exampleStart));
    expect(diagnostic.code).toBe("runs/exists");
    expect(diagnostic.help).toMatch(/--resume.*--overwrite.*--run/);
    expect(await readFile(run.paths.manifest, "utf8")).toBe(before);
    expect(await readdir(run.dir)).toEqual(["run.json"]);
  });

  test("refuses to resume with another circuit and names both", async () => {
    const run = await freshRun();
    await run.close();
    const diagnostic = await diagnosticOf(createRun(run.dir, otherCircuit, { resume: true }));
    expect(diagnostic.code).toBe("runs/other-circuit");
    expect(diagnostic.message).toContain(
      'holds a run of circuit "tiny" (aaaaaaaaaaaa); this one is "other" (bbbbbbbbbbbb)',
    );
  });

  test("refuses a folder with other things in it, even to overwrite, and touches nothing", async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, "thesis.tex"), "all of it");
    for (const options of [{}, { resume: true }, { overwrite: true }]) {
      const diagnostic = await diagnosticOf(createRun(dir, exampleStart, options));
      expect(diagnostic).toMatchObject({ code: "runs/not-a-run" });
      expect(diagnostic.message).toContain("thesis.tex");
    }
    expect(await readdir(dir)).toEqual(["thesis.tex"]);
  });

  test("refuses a folder that is being trained, whatever it is asked", async () => {
    const run = await freshRun();
    for (const options of [{}, { resume: true }, { overwrite: true }]) {
      expect((await diagnosticOf(createRun(run.dir, exampleStart, options))).code).toBe("runs/locked");
    }
    await run.saveCheckpoint(exampleCheckpoint(1));
    expect(await (await openRun(run.dir)).loadLatest()).toEqual(exampleCheckpoint(1));
  });

  test("overwrites a run when told to, and leaves what is not a run's", async () => {
    const run = await freshRun();
    await run.saveCheckpoint(exampleCheckpoint(1));
    await run.close();
    await writeFile(join(run.dir, "notes.txt"), "mine");
    const again = await createRun(run.dir, otherCircuit, { overwrite: true });
    await again.close();
    expect(await again.loadLatest()).toBeUndefined();
    expect((await readdir(run.dir)).toSorted()).toEqual(["notes.txt", "run.json"]);
    expect(again.manifest.circuit.name).toBe("other");
  });

  test("starts a run when there is none to resume", async () => {
    const run = await createRun(join(await temporaryFolder(), "new"), exampleStart, { resume: true });
    await run.close();
    expect(run.resumed).toBe(false);
  });

  test("keeps the sessions before, and says of a killed one that it was interrupted", async () => {
    const run = await freshRun();
    await run.finish("interrupted", { discrepancy: 3 });
    await run.close();
    const second = await createRun(run.dir, { ...exampleStart, command: ["second"] }, { resume: true });
    await second.close();
    const third = await createRun(run.dir, { ...exampleStart, command: ["third"] }, { resume: true });
    await third.finish("finished");
    await third.close();
    const { manifest } = await openRun(run.dir);
    expect(third.resumed).toBe(true);
    expect(manifest.status).toBe("finished");
    expect(manifest.earlier).toMatchObject([
      { command: exampleStart.command, status: "interrupted", finished: run.manifest.finished },
      { command: ["second"], status: "interrupted" },
    ]);
  });

  test("removes what a killed process left of its writes, and nothing else", async () => {
    const run = await freshRun();
    await run.saveCheckpoint(exampleCheckpoint(1));
    await run.close();
    await writeFile(join(run.dir, "run.json.3141592653"), '{ "format": "settle-r');
    await writeFile(join(run.paths.checkpoints, `${file(2)}.2718281828`), "half");
    await writeFile(join(run.paths.checkpoints, "weights-of-mine.safetensors"), "mine");
    const again = await createRun(run.dir, exampleStart, { resume: true });
    expect(await again.loadLatest()).toEqual(exampleCheckpoint(1));
    await again.saveCheckpoint(exampleCheckpoint(2));
    await again.close();
    expect((await readdir(run.dir)).toSorted()).toEqual(["checkpoints", "run.json"]);
    expect((await readdir(run.paths.checkpoints)).toSorted()).toEqual([
      "index.json",
      file(1),
      file(2),
      "weights-of-mine.safetensors",
    ]);
  });
});

describe("opening a run folder", () => {
  test("says what is missing when it is none", async () => {
    const dir = await temporaryFolder();
    expect((await diagnosticOf(openRun(dir))).code).toBe("runs/not-a-run");
    expect((await diagnosticOf(openRun(join(dir, "nowhere")))).code).toBe("runs/not-found");
    await writeFile(join(dir, "file"), "");
    expect((await diagnosticOf(openRun(join(dir, "file")))).code).toBe("runs/not-a-folder");
  });

  test("says what is wrong with a damaged run.json, and refuses one from the future", async () => {
    const run = await freshRun();
    await writeFile(run.paths.manifest, JSON.stringify({ ...run.manifest, seeds: { training: "one" } }));
    expect((await diagnosticOf(openRun(run.dir))).message).toContain('"seeds.training"');
    await writeFile(run.paths.manifest, "{");
    expect((await diagnosticOf(openRun(run.dir))).code).toBe("runs/damaged-manifest");
    await writeFile(run.paths.manifest, JSON.stringify({ ...run.manifest, version: 2 }));
    expect((await diagnosticOf(openRun(run.dir))).code).toBe("runs/newer-format");
  });
});

describe("checkpoints of a run", () => {
  test("the last ones are kept and the best one besides", async () => {
    const run = await freshRun(2);
    for (const [updates, discrepancy] of [
      [1, 5],
      [2, 3],
      [3, 4],
      [4, 6],
      [5, 7],
    ] as const) {
      await run.appendMetrics(measured("epoch", updates, discrepancy));
      await run.saveCheckpoint(exampleCheckpoint(updates));
    }
    const index = await run.checkpoints();
    expect(index.checkpoints.map((entry) => entry.updates)).toEqual([2, 4, 5]);
    expect(index).toMatchObject({ latest: file(5), best: file(2) });
    expect((await readdir(run.paths.checkpoints)).toSorted()).toEqual(["index.json", file(2), file(4), file(5)]);
    expect(await run.loadBest()).toEqual(exampleCheckpoint(2));
    expect(await run.loadLatest()).toEqual(exampleCheckpoint(5));
  });

  test("a score may come after its checkpoint, and one on validation data counts before one on training data", async () => {
    const run = await freshRun();
    for (const [updates, training, validation] of [
      [1, 3, 8],
      [2, 2, 6],
      [3, 1, 7],
    ] as const) {
      await run.saveCheckpoint(exampleCheckpoint(updates));
      await run.appendMetrics(measured("epoch", updates, training));
      await run.appendMetrics(measured("validation", updates, validation));
    }
    expect((await run.checkpoints()).best).toBe(file(2));
  });

  test("a damaged one is passed over for the one before, with a warning that names both", async () => {
    const diagnostics: Diagnostic[] = [];
    const run = await freshRun();
    for (const updates of [1, 2, 3]) await run.saveCheckpoint(exampleCheckpoint(updates));
    await truncate(join(run.paths.checkpoints, file(3)), 100);
    const reader = await openRun(run.dir, { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) });
    expect(await reader.loadLatest()).toEqual(exampleCheckpoint(2));
    expect(diagnostics).toMatchObject([{ code: "runs/damaged-checkpoint", severity: "warning" }]);
    expect(diagnostics[0]?.message).toContain(file(3));
    expect(diagnostics[0]?.help).toContain(`"${file(2)}" is used instead (epoch 1, step 2, 2 updates)`);
  });

  test("one flipped bit of a weight is noticed", async () => {
    const run = await freshRun();
    await run.saveCheckpoint(exampleCheckpoint(1));
    await run.saveCheckpoint(exampleCheckpoint(2));
    const path = join(run.paths.checkpoints, file(2));
    const bytes = await readFile(path);
    bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect(await run.loadLatest()).toEqual(exampleCheckpoint(1));
  });

  test("when all are damaged that is an error, and no silent start from nothing", async () => {
    const run = await freshRun();
    expect(await run.loadLatest()).toBeUndefined();
    await run.saveCheckpoint(exampleCheckpoint(1));
    await truncate(join(run.paths.checkpoints, file(1)), 5);
    expect(await diagnosticOf(run.loadLatest())).toMatchObject({ code: "runs/damaged-checkpoint", severity: "error" });
  });

  test("are found without their index, and are kept when the next one is written", async () => {
    const run = await freshRun();
    await run.saveCheckpoint(exampleCheckpoint(1));
    await run.saveCheckpoint(exampleCheckpoint(2));
    await rm(join(run.paths.checkpoints, "index.json"));
    expect(await run.loadLatest()).toEqual(exampleCheckpoint(2));
    await run.saveCheckpoint(exampleCheckpoint(3));
    expect((await run.checkpoints()).checkpoints.map((entry) => entry.updates)).toEqual([1, 2, 3]);
  });

  test("of another circuit, copied into the folder, are not mistaken for its own", async () => {
    const run = await freshRun();
    const foreign = exampleCheckpoint(9, { circuit: { name: "other", hash: "b".repeat(64) } });
    await mkdir(run.paths.checkpoints);
    await writeFile(join(run.paths.checkpoints, file(9)), encodeCheckpoint(foreign, "x"));
    expect(await diagnosticOf(run.loadLatest())).toMatchObject({ code: "runs/other-circuit" });
  });

  test("made after a resumption replace those of the history before", async () => {
    const run = await freshRun();
    for (const updates of [1, 2, 3]) await run.saveCheckpoint(exampleCheckpoint(updates));
    await copyFile(join(run.paths.checkpoints, file(1)), join(run.paths.checkpoints, file(3)));
    expect(await run.loadLatest()).toEqual(exampleCheckpoint(2));
    await run.rewindMetrics(2);
    await run.saveCheckpoint(exampleCheckpoint(3));
    expect(await run.loadLatest()).toEqual(exampleCheckpoint(3));
  });
});
