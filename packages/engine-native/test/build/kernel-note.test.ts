import { planProgram } from "@settle/kernels";
import { argument, constant, mul } from "@settle/program";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findCompiler } from "../../src/build/compiler.ts";
import { noteKey, readNote, writeNote } from "../../src/build/kernel-note.ts";
import { createNativeEngine } from "../../src/index.ts";
import { mapProgram } from "../map-program.ts";

const folder = mkdtempSync(join(tmpdir(), "settle-note-test-"));
afterAll(() => rm(folder, { recursive: true }));
const found = await findCompiler();
const program = mapProgram(mul(argument(0), constant(3)));
const key = "0123456789abcdef0123456789abcdef";

describe("a note of which library belongs to a plan", () => {
  it("says what was written, and nothing where it is damaged or for another plan", async () => {
    const note = { library: "a", room: { shared: 3, temporary: 4 } };
    await writeNote(folder, key, note);
    expect(await readNote(folder, key)).toEqual(note);
    for (const damaged of [
      "",
      "{",
      "null",
      '{"library":"a","room":{"shared":3}}',
      '{"room":{"shared":3,"temporary":4}}',
    ]) {
      writeFileSync(join(folder, `plan-${key}.json`), damaged);
      expect(await readNote(folder, key)).toBeUndefined();
    }
    expect(await readNote(folder, key.replace("0", "1"))).toBeUndefined();
  });

  it("has another key for other plans and other compilers", async ({ skip }) => {
    if (!found.ok) {
      skip(found.reason);
      return;
    }
    const { compiler } = found;
    const plan = planProgram(program, { lanes: 4 });
    const keys = await Promise.all([
      noteKey([plan, undefined], compiler),
      noteKey([plan, plan], compiler),
      noteKey([planProgram(program, { lanes: 8 }), undefined], compiler),
      noteKey([plan, undefined], { ...compiler, identity: "other" }),
    ]);
    expect(new Set(keys).size).toBe(4);
    expect(await noteKey([planProgram(program, { lanes: 4 }), undefined], compiler)).toBe(keys[0]);
  });

  it("leads to the library, and a library that is gone is built again", async ({ skip }) => {
    if (!found.ok) {
      skip(found.reason);
      return;
    }
    const cache = join(folder, "kernels");
    const load = async (): Promise<void> => (await createNativeEngine({ cache }).load(program)).dispose();
    await load();
    const libraries = (): string[] => readdirSync(cache).filter((name) => name.endsWith(".so"));
    const [library = ""] = libraries();
    const before = readdirSync(cache).toSorted();
    await load();
    expect(readdirSync(cache).toSorted()).toEqual(before);
    await rm(join(cache, library));
    await load();
    expect(libraries()).toHaveLength(1);
  });
});
