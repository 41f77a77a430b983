import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settle } from "./fake-terminal.ts";
import { tinyCircuit } from "./tiny-circuit.ts";

let folder: string;
const engine = ["--engine", "reference"];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "settle-sample-"));
  await writeFile(join(folder, "tiny.json"), JSON.stringify(tinyCircuit));
  await settle(["train", "tiny.json", "--run", "run", "--data", "color-mnist", "--limit", "5", "--quiet", ...engine], {
    cwd: folder,
  });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const common = ["--components", "3", "--limit", "4", ...engine];

/** Width and height of a PNG. */
async function sizeOf(file: string): Promise<readonly [number, number]> {
  const bytes = await readFile(file);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

describe("settle sample", () => {
  it("writes a sheet of drawn images into the run folder, the same for the same seed", async () => {
    const { code, stdout } = await settle(["sample", "run", "--count", "7", "--json", ...common], { cwd: folder });
    expect(code).toBe(0);
    const { picture, prior } = JSON.parse(stdout) as { readonly picture: string; readonly prior: object };
    expect(prior).toMatchObject({ components: 3, samples: 4 });
    // Three across and three down, each 32 pixels enlarged 4 times, with gaps of 4.
    expect(await sizeOf(picture)).toEqual([3 * 132 + 4, 3 * 132 + 4]);
    const first = await readFile(picture);
    await settle(["sample", "run", "--count", "7", "-o", "again.png", ...common], { cwd: folder });
    expect((await readFile(join(folder, "again.png"))).equals(first)).toBe(true);
  });

  it("wants a run, not a circuit", async () => {
    const { code, stderr } = await settle(["sample", "tiny.json", ...common], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain("runs/not-a-run");
  });
});

describe("settle density", () => {
  it("tells log p(x) with its errors, and what the released script would print", async () => {
    const { code, stdout } = await settle(["density", "run", "--draws", "40", "--fit", "5", "--json", ...common], {
      cwd: folder,
    });
    expect(code).toBe(0);
    const document = JSON.parse(stdout) as Record<string, number>;
    expect(document).toMatchObject({ images: 4, draws: 40, prior: { samples: 5 }, proposal: "prior" });
    expect(document["asReleased"]).toBeCloseTo((document["logDensity"] as number) + 2 * Math.log(40), 8);
    expect(document["drawError"]).toBeGreaterThanOrEqual(0);
  });

  it("counts binary images by Bernoulli, by either proposal", async () => {
    for (const proposal of ["prior", "posterior"]) {
      const { code, stdout } = await settle(
        ["density", "run", "--draws", "10", "--likelihood", "bernoulli", "--proposal", proposal, "--json", ...common],
        { cwd: folder },
      );
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as { readonly logDensity: number }).logDensity).toBeLessThan(0);
    }
  });

  it("stops on Ctrl-C with 130", async () => {
    const { code } = await settle(["density", "run", ...common], {
      cwd: folder,
      onStderr: (pressControlC, written) => {
        if (written.endsWith("end.\n")) pressControlC();
      },
    });
    expect(code).toBe(130);
  });
});
