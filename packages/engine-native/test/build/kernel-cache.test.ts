import { mkdtempSync, readdirSync } from "node:fs";
import { readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { addEntry, clearNativeCache, findEntry, kernelFolder } from "../../src/build/kernel-cache.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "settle-native-test-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const keyOf = (letter: string): string => letter.repeat(32);
const writing =
  (content: string) =>
  async (into: string): Promise<string> => {
    const path = join(into, "library");
    await writeFile(path, content);
    return path;
  };

describe("the cache of compiled kernels", () => {
  it("finds what was put into it, and nothing else", async () => {
    const path = await addEntry(folder, keyOf("a"), writing("content"));
    expect(await findEntry(folder, keyOf("a"))).toBe(path);
    expect(await readFile(path, "utf8")).toBe("content");
    expect(await findEntry(folder, keyOf("b"))).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("throws a damaged entry away", async () => {
    const path = await addEntry(folder, keyOf("a"), writing("content"));
    await truncate(path, 3);
    expect(await findEntry(folder, keyOf("a"))).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves nothing of a build that failed", async () => {
    await expect(addEntry(folder, keyOf("a"), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("serves two that build the same at once", async () => {
    const [one, other] = await Promise.all([
      addEntry(folder, keyOf("a"), writing("x")),
      addEntry(folder, keyOf("a"), writing("y")),
    ]);
    const found = await findEntry(folder, keyOf("a"));
    expect([one, other]).toContain(found);
  });

  it("removes what was not used for longest when there is too much", async () => {
    for (const [age, letter] of ["a", "b", "c"].entries()) {
      const path = await addEntry(folder, keyOf(letter), writing("0123456789"));
      await utimes(path, new Date(1e12 + age * 1e6), new Date(1e12 + age * 1e6));
    }
    await findEntry(folder, keyOf("a"));
    await addEntry(folder, keyOf("d"), writing("0123456789"), 30);
    const left = await Promise.all(
      ["a", "b", "c", "d"].map(async (letter) => (await findEntry(folder, keyOf(letter))) !== undefined),
    );
    expect(left).toEqual([true, false, true, true]);
  });

  it("is emptied of its own files only", async () => {
    await addEntry(folder, keyOf("a"), writing("0123456789"));
    await writeFile(join(folder, "mine.txt"), "");
    expect(await clearNativeCache(folder)).toBe(10);
    expect(readdirSync(folder)).toEqual(["mine.txt"]);
  });

  it("lies in the user's cache folder unless told otherwise", () => {
    expect(kernelFolder({ SETTLE_KERNELS: "/k" })).toBe("/k");
    if (process.platform !== "win32") expect(kernelFolder({ XDG_CACHE_HOME: "/c" })).toBe("/c/settle/kernels");
  });
});
