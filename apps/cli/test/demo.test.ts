import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle } from "./fake-terminal.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "settle-demo-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("settle demo, given a second", () => {
  let result: Awaited<ReturnType<typeof settle>>;
  beforeAll(async () => {
    result = await settle(["demo", "--seconds", "1", "--engine", "tfjs:wasm"], { cwd: folder });
  }, 120_000);

  it("says first what it is, before it loads anything", () => {
    expect(result.stderr.split("\n")[0]).toContain("Conv-NGC learns");
  });

  it("ends by comparing with the untrained circuit, the noisy images and the paper, and says what to try next", () => {
    expect(result.code).toBe(0);
    for (const text of ["reconstruction, untrained", "reconstruction, trained", "the noisy images themselves"]) {
      expect(result.stdout).toContain(text);
    }
    expect(result.stdout).toContain("The paper's setting is another");
    expect(result.stdout).toContain("settle data get cifar10");
  });

  it("does not claim to have denoised where it has not", () => {
    // So little training cannot beat the noise.
    expect(result.stdout).toContain("did not get below");
  });

  it("leaves a whole run folder: settings, metrics, weights, pictures and a report with all of them", async () => {
    const run = join(folder, "runs", "demo");
    expect((await readdir(run)).toSorted()).toEqual(
      expect.arrayContaining(["checkpoints", "images", "metrics.jsonl", "report.html", "run.json"]),
    );
    const images = await readdir(join(run, "images"));
    for (const name of ["digits", "learning", "settling", "settling-layers", "maps-z1", "maps-z4"]) {
      expect(images).toContain(`${name}.png`);
    }
    const report = await readFile(join(run, "report.html"), "utf8");
    for (const text of ["What it reached", "Digits it has never seen", "Settling", "What the layers hold", "paper"]) {
      expect(report).toContain(text);
    }
    expect(JSON.parse(await readFile(join(run, "run.json"), "utf8"))).toMatchObject({
      status: "finished",
      circuit: { name: "conv-ngc-stable" },
    });
  });

  it("replaces its earlier run, and can be evaluated like any other", async () => {
    const again = await settle(["demo", "--seconds", "1", "--engine", "tfjs:wasm", "--json"], { cwd: folder });
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ digits: expect.any(Number) as number });
    const args = ["eval", join("runs", "demo"), "--limit", "2", "--engine", "tfjs:wasm", "--json"];
    const evaluated = await settle(args, { cwd: folder });
    expect(evaluated.code).toBe(0);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ images: 2 });
  }, 120_000);
});
