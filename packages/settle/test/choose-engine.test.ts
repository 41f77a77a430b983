import type { Engine, EngineStatus } from "@settle/runtime";
import { describe, expect, it } from "vitest";
import { chooseEngine, type EngineEntry, engineRegistry, engines } from "../src/index.ts";

const works: EngineStatus = { available: true, device: "a chip", version: "1" };
const broken: EngineStatus = { available: false, reason: "no such chip", remedy: "buy one" };

function entry(name: string, status: EngineStatus): EngineEntry {
  const engine: Engine = {
    name,
    description: `what ${name} is`,
    probe: () => Promise.resolve(status),
    load: () => Promise.reject(new Error("not in this test")),
  };
  return { name, load: () => Promise.resolve(engine) };
}

const missing: EngineEntry = { name: "gone", load: () => Promise.reject(new Error("Cannot find package")) };

describe("chooseEngine", () => {
  it("takes the first that works for auto", async () => {
    const engine = await chooseEngine("auto", [missing, entry("a", broken), entry("b", works), entry("c", works)]);
    expect(engine.name).toBe("b");
  });

  it("takes the best of a family", async () => {
    const registry = [entry("other", works), entry("tfjs:gpu", broken), entry("tfjs:wasm", works)];
    expect((await chooseEngine("tfjs", registry)).name).toBe("tfjs:wasm");
  });

  it("loads no other engine than the named one", async () => {
    const trap: EngineEntry = { name: "trap", load: () => Promise.reject(new Error("was loaded")) };
    let loaded = false;
    const watched = { ...trap, load: () => ((loaded = true), trap.load()) };
    await chooseEngine("a", [watched, entry("a", works)]);
    expect(loaded).toBe(false);
  });

  it("says why a named engine does not work and what to do", async () => {
    await expect(chooseEngine("a", [entry("a", broken)])).rejects.toMatchObject({
      diagnostic: { code: "engine/unavailable", help: expect.stringContaining("buy one") as string },
    });
  });

  it("turns a package that cannot be loaded into a reason, not a crash", async () => {
    const report = await engines([missing, entry("a", works)]);
    expect(report.engines[0]).toMatchObject({ name: "gone", available: false });
    expect(report.auto).toBe("a");
  });

  it("suggests the closest name", async () => {
    await expect(chooseEngine("refrence")).rejects.toMatchObject({
      diagnostic: { code: "engine/unknown", help: expect.stringContaining('"reference"') as string },
    });
  });
});

describe("the registry", () => {
  it.each(engineRegistry.map((each) => [each.name, each] as const))("knows %s by its own name", async (name, each) => {
    expect((await each.load()).name).toBe(name);
  });

  it("ends with the reference engine, which works everywhere", async () => {
    expect(engineRegistry.at(-1)?.name).toBe("reference");
    expect((await engines()).engines.at(-1)).toMatchObject({ name: "reference", available: true });
  });
});
