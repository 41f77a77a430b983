import { describe, expect, test } from "vitest";
import { chooseEngine, type Engine, type EngineStatus, probeEngines } from "../src/index.ts";

const works: EngineStatus = { available: true, device: "two cores", version: "1" };

function engine(name: string, status: EngineStatus | Error): Engine {
  return {
    name,
    description: name,
    probe: async () => {
      if (status instanceof Error) throw status;
      return status;
    },
    load: () => Promise.reject(new Error("not for running")),
  };
}

const absent: EngineStatus = { available: false, reason: "no driver", remedy: "install a driver" };
const engines = [
  engine("tfjs:node-gpu", absent),
  engine("broken", new Error("cannot even look")),
  engine("tfjs:wasm", works),
  engine("tfjs:cpu", works),
  engine("reference", works),
];

async function chosen(wanted: string, from = engines): Promise<string | undefined> {
  const choice = await chooseEngine(from, wanted);
  return choice.ok ? choice.engine.name : undefined;
}

describe("choosing an engine", () => {
  test("auto takes the first that works", async () => {
    expect(await chosen("auto")).toBe("tfjs:wasm");
  });

  test("a family's name takes the best of that family", async () => {
    expect(await chosen("tfjs")).toBe("tfjs:wasm");
    expect(await chosen("tfjs", engines.slice(3))).toBe("tfjs:cpu");
  });

  test("a name takes that engine", async () => {
    expect(await chosen("tfjs:cpu")).toBe("tfjs:cpu");
    expect(await chosen("reference")).toBe("reference");
  });

  test("tells those that do not work on the way, a broken probe among them", async () => {
    const { probed } = await chooseEngine(engines, "auto");
    expect(probed.map(({ engine: { name }, status }) => [name, status.available])).toEqual([
      ["tfjs:node-gpu", false],
      ["broken", false],
      ["tfjs:wasm", true],
    ]);
    expect(probed[1]!.status).toMatchObject({ reason: expect.stringContaining("cannot even look") as unknown });
  });

  test("one that does not work here says why and what to do", async () => {
    const choice = await chooseEngine(engines, "tfjs:node-gpu");
    expect(choice).toMatchObject({
      ok: false,
      diagnostic: {
        code: "engine/unavailable",
        message: 'Engine "tfjs:node-gpu" does not work here.',
        note: "tfjs:node-gpu: no driver",
        help: "tfjs:node-gpu: install a driver",
      },
    });
  });

  test("an unknown one gets the closest name", async () => {
    const choice = await chooseEngine(engines, "refrence");
    expect(choice).toMatchObject({
      ok: false,
      diagnostic: { code: "engine/unknown", help: expect.stringContaining('did you mean "reference"?') as unknown },
    });
  });

  test("without any that works explains every one", async () => {
    const choice = await chooseEngine(engines.slice(0, 2), "auto");
    expect(choice).toMatchObject({
      ok: false,
      diagnostic: {
        code: "engine/unavailable",
        note: expect.stringMatching(/no driver[^]*cannot even look/) as unknown,
      },
    });
  });

  test("all can be probed", async () => {
    expect((await probeEngines(engines)).map(({ status }) => status.available)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});
