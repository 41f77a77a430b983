import { planProgram } from "@settle/kernels";
import { argument, constant, mul } from "@settle/program";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findCompiler } from "../../src/build/compiler.ts";
import { noteKey, readNote, writeNote } from "../../src/build/kernel-note.ts";
import { createNativeEngine } from "../../src/index.ts";
import { layoutOf } from "../../src/kernel-layout.ts";
import { mapProgram } from "../map-program.ts";

const folder = mkdtempSync(join(tmpdir(), "settle-note-test-"));
afterAll(() => rm(folder, { recursive: true }));
const found = await findCompiler();
const program = mapProgram(mul(argument(0), constant(3)));
const key = "0123456789abcdef0123456789abcdef";

const layout = layoutOf(planProgram(program, { lanes: 4 }), undefined, { shared: 3, temporary: 4 });

describe("a note of which library belongs to a Program", () => {
  it("says what was written, and nothing where a byte of it differs or for another Program", async () => {
    const note = { library: "a", layout };
    await writeNote(folder, key, note);
    expect(await readNote(folder, key)).toEqual(note);
    const file = join(folder, `plan-${key}.json`);
    const whole = readFileSync(file, "utf8");
    const number = whole.indexOf('"lanes":4') + '"lanes":'.length;
    for (const damaged of ["", "{", "null", "{}", `${whole.slice(0, number)}8${whole.slice(number + 1)}`]) {
      writeFileSync(file, damaged);
      expect(await readNote(folder, key)).toBeUndefined();
    }
    expect(await readNote(folder, key.replace("0", "1"))).toBeUndefined();
  });

  it("has another key for other Programs and other compilers", ({ skip }) => {
    if (!found.ok) {
      skip(found.reason);
      return;
    }
    const { compiler } = found;
    const keys = [
      noteKey(program, compiler),
      ...[4, Infinity, -Infinity].map((factor) => noteKey(mapProgram(mul(argument(0), constant(factor))), compiler)),
      noteKey(program, { ...compiler, identity: "other" }),
    ];
    expect(new Set(keys).size).toBe(5);
    expect(noteKey(mapProgram(mul(argument(0), constant(3))), compiler)).toBe(keys[0]);
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
