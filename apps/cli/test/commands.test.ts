/** Commands about circuits as a whole, data sets and engines. */
import { engineRegistry } from "@settle/settle";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";
import { folder, json } from "./command-folder.ts";

describe("settle verify", () => {
  it("says what each rule descends, and compares an engine", async () => {
    await writeFile(join(folder, "tiny.json"), JSON.stringify(tinyCircuit));
    const found = await json("verify", "tiny.json", "--engine", "wasm");
    expect(found).toMatchObject({ circuit: "tiny", ok: true, engines: [{ name: "wasm" }] });
    const { stdout } = await settle(["verify", "tiny.json", "--engine", "reference", "--quiet"], { cwd: folder });
    expect(stdout).toContain("φ′(z1) is left out");
    expect(stdout).toContain("W1  is −∂E  ok");
  });
});

describe("settle schema", () => {
  it("prints the published schema", async () => {
    const { stdout } = await settle(["schema"]);
    const committed = new URL("../../../packages/spec/schema/circuit-v1.schema.json", import.meta.url);
    const { $id: _, ...published } = JSON.parse(await readFile(committed, "utf8")) as Record<string, unknown>;
    expect(JSON.parse(stdout)).toMatchObject(published);
  });
});

describe("settle cite", () => {
  it("prints BibTeX, and as JSON the keys too", async () => {
    expect((await settle(["cite", "conv-ngc"])).stdout).toContain("@article{ConvNGC,");
    expect(await json("cite", "pcn")).toMatchObject({ name: "pcn", references: [{ key: "PCN" }, { key: "ConvNGC" }] });
  });
});

describe("settle data", () => {
  it("lists the known sets with source and terms", async () => {
    const { stdout } = await settle(["data"]);
    for (const text of ["color-mnist", "cifar10", "svhn", "cinic10", "terms", "settle data get cifar10"]) {
      expect(stdout).toContain(text);
    }
    const { datasets } = (await json("data", "list")) as { datasets: object[] };
    expect(datasets[0]).toMatchObject({ name: "color-mnist", builtIn: true });
  });

  it("refuses to fetch what is not known, with the closest name", async () => {
    const { code, stderr } = await settle(["data", "get", "cifar-10"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('"cifar10"');
  });

  it("takes a wrong word for wrong usage", async () => {
    expect((await settle(["data", "lisst"])).code).toBe(2);
  });
});

describe("settle engines", () => {
  it("empties the cache of compiled kernels", async () => {
    const cache = join(folder, "kernels");
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, `${"0".repeat(32)}-${"1".repeat(64)}.so`), "12345");
    await writeFile(join(cache, "somebody-elses.so"), "67890");
    vi.stubEnv("SETTLE_KERNELS", cache);
    expect(await json("engines", "--clear-cache")).toEqual({ freed: 5 });
    expect(await readdir(cache)).toEqual(["somebody-elses.so"]);
    vi.unstubAllEnvs();
  });

  it("tells scripts which work, why the others do not, and what auto takes", async () => {
    const report = (await json("engines")) as { engines: { name: string; available: boolean }[]; auto: string };
    expect(report.engines.map(({ name }) => name)).toEqual(engineRegistry.map(({ name }) => name));
    for (const each of report.engines) {
      expect(each).toMatchObject(
        each.available
          ? { device: expect.any(String) as string, version: expect.any(String) as string }
          : { reason: expect.any(String) as string },
      );
    }
    expect(report.engines.find(({ available }) => available)?.name).toBe(report.auto);
  });

  it("says what an installation would fetch, and fetches nothing", async () => {
    const { code, stdout, stderr } = await settle(["engines", "install", "tensorflow", "--dry-run"]);
    // On a machine without the tools to build it, a diagnostic says which is missing.
    expect([0, 1]).toContain(code);
    if (code === 0) expect(stdout).toContain("Nothing was fetched");
    expect(stderr).toMatch(/fetches about \d+ MB|\[install\//);
  });
});

describe("settle conformance", () => {
  const fixtures = fileURLToPath(new URL("../../../packages/conformance/fixtures", import.meta.url));

  it("runs the fixtures on the named engine", async () => {
    const report = (await json("conformance", fixtures, "--engine", "reference")) as {
      engine: string;
      fixtures: { name: string; ok: boolean; skipped?: string; checks: unknown[] }[];
      passed: number;
      failed: number;
      skipped: number;
    };
    expect(report).toMatchObject({ engine: "reference", failed: 0 });
    expect(report.passed).toBeGreaterThan(5);
    expect(report.passed + report.skipped).toBe(report.fixtures.length);
    for (const each of report.fixtures) expect(each.ok).toBe(each.skipped === undefined);
  });

  it("says that a folder holds no fixtures", async () => {
    await mkdir(join(folder, "empty"));
    const { code, stderr } = await settle(["conformance", join(folder, "empty"), "--engine", "reference"]);
    expect(code).toBe(1);
    expect(stderr).toContain("[conformance/");
  });
});
