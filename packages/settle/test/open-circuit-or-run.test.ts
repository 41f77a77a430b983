import { createRun } from "@settle/runs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { weightsOfRun } from "../src/index.ts";

it("a run that has saved nothing yet has no weights", async () => {
  const folder = await mkdtemp(join(tmpdir(), "settle-no-weights-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const run = await createRun(join(folder, "run"), {
    circuit: { name: "tiny", hash: "a".repeat(64), file: "tiny.json", source: "{}" },
    settings: {},
    seeds: { training: 1 },
    engine: { name: "reference", device: "CPU", dtype: "float64", deterministic: true },
    versions: {},
    data: {},
    command: ["settle", "train", "tiny.json"],
  });
  await expect(weightsOfRun(run)).rejects.toMatchObject({ diagnostic: { code: "runs/no-weights" } });
});
