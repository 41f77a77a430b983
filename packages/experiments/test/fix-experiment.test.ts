import { fixExperiment, isExperimentFile } from "@settle/experiments";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { tinyCircuit, tinyExperiment, tinyFolder, type TinyFolder } from "./tiny-experiment.ts";

let folder: TinyFolder;
beforeAll(() => void (folder = tinyFolder()));
afterAll(() => folder.remove());

const good = `// what is compared\n${JSON.stringify(tinyExperiment, undefined, 2)}\n`;

it.each([
  ["a misspelt field", '"seeds"', '"seds"', "schema/unknown-field"],
  ["a number in quotes", '"epochs": 2', '"epochs": "2"', "schema/wrong-type"],
  ["a number in quotes that could be a list of one as well", '"seeds": 3', '"seeds": "3"', "schema/wrong-type"],
])("%s in an experiment is repaired, and its comments stay", async (_what, from, to, code) => {
  writeFileSync(join(folder.dir, "spoilt.jsonc"), good.replace(from, to));
  const { after, applied, ok } = await fixExperiment("spoilt.jsonc", { from: folder.dir });
  expect(applied.map(({ diagnostic }) => diagnostic.code)).toContain(code);
  expect(after).toBe(good);
  expect(ok).toBe(true);
});

it("a file with circuits in it is an experiment, one with states is not, nor is one that is not there", async () => {
  writeFileSync(join(folder.dir, "experiment.json"), good);
  writeFileSync(join(folder.dir, "circuit.json"), JSON.stringify(tinyCircuit));
  const from = folder.dir;
  expect(await isExperimentFile("experiment.json", { from })).toBe(true);
  expect(await isExperimentFile("circuit.json", { from })).toBe(false);
  expect(await isExperimentFile("nothing.json", { from })).toBe(false);
  expect(await isExperimentFile("wiring", { from })).toBe(true);
  const module = (name: string): string =>
    `import { define } from "${name}";\nexport default define(${JSON.stringify(tinyExperiment)});`;
  writeFileSync(join(folder.dir, "experiment.ts"), module("@settle/experiments"));
  writeFileSync(join(folder.dir, "circuit.ts"), module("@settle/settle"));
  expect(await isExperimentFile("experiment.ts", { from })).toBe(true);
  expect(await isExperimentFile("circuit.ts", { from })).toBe(false);
});
