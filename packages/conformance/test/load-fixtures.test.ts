import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { loadFixtures } from "../src/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "settle-conformance-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("a folder that does not exist is a diagnostic", async () => {
  await expect(loadFixtures(path.join(folder, "nowhere"))).rejects.toThrow("conformance/no-fixtures");
});

test("a folder without a fixture is a diagnostic, not an empty success", async () => {
  await writeFile(path.join(folder, "notes.txt"), "nothing");
  await expect(loadFixtures(folder)).rejects.toThrow("has no .json file");
});

test("a file that is cut off is reported beside the others", async () => {
  await writeFile(path.join(folder, "cut.json"), '{"name": "cut", "circ');
  await writeFile(path.join(folder, "list.json"), "[]");
  const loaded = await loadFixtures(folder);
  expect(loaded.map(({ name, kind }) => [name, kind])).toEqual([
    ["cut", "damaged"],
    [path.join(folder, "list.json"), "damaged"],
  ]);
});
