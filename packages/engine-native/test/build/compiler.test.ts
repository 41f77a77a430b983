import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";

import { findCompiler, targetOf } from "../../src/build/compiler.ts";
import { createNativeEngine } from "../../src/index.ts";
import { argument } from "@settle/program";
import { mapProgram } from "../map-program.ts";

const folder = mkdtempSync(join(tmpdir(), "settle-native-test-"));
afterAll(() => rm(folder, { recursive: true }));
const script = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
};

const compiler = await findCompiler();

describe("the search for a compiler", () => {
  it("says what to install where there is none", async () => {
    const found = await findCompiler({ command: join(folder, "not-there") });
    expect(found).toMatchObject({
      ok: false,
      reason: expect.stringContaining("no C compiler"),
      remedy: expect.stringContaining("install"),
    });
  });

  it("hands on what a compiler prints when it fails", async () => {
    const found = await findCompiler({ command: script("broken", "echo 'fatal: no such processor' >&2; exit 1") });
    expect(found).toMatchObject({ ok: false, reason: expect.stringContaining("fatal: no such processor") });
    const status = await createNativeEngine({ compiler: { command: join(folder, "broken") }, cache: folder }).probe();
    expect(status).toMatchObject({ available: false, remedy: expect.any(String) });
  });

  it("does not ask twice", async ({ skip }) => {
    skip(!compiler.ok, compiler.ok ? "" : compiler.reason);
    const notes = join(folder, "notes");
    const first = await findCompiler({ notes });
    expect(readdirSync(notes)).toHaveLength(1);
    expect(await findCompiler({ notes })).toEqual(first);
    writeFileSync(join(notes, readdirSync(notes)[0]!), "{");
    expect(await findCompiler({ notes })).toEqual(first);
  });

  it.each([
    [["__AVX512F__", "__AVX2__", "__AVX__"], { width: 16, registers: 32 }],
    [["__AVX2__", "__AVX__"], { width: 8, registers: 16 }],
    [["__SSE2__"], { width: 4, registers: 16 }],
    [["__ARM_NEON"], { width: 4, registers: 32 }],
  ])("takes the widest vectors of %j", (macros, target) => {
    expect(targetOf(new Map(macros.map((macro) => [macro, "1"])))).toEqual(target);
  });
});

describe("a compiler that fails on kernels", () => {
  beforeEach(({ skip }) => skip(!compiler.ok, compiler.ok ? "" : compiler.reason));

  it("is a diagnostic that holds what it said", async () => {
    const picky = script(
      "picky",
      `case "$*" in *step.c*) echo 'step.c:1: error: not today' >&2; exit 1;; esac; exec ${compiler.ok ? compiler.compiler.path : ""} "$@"`,
    );
    const load = createNativeEngine({ compiler: { command: picky }, cache: join(folder, "kernels") }).load(
      mapProgram(argument(0)),
    );
    await expect(load).rejects.toMatchObject({
      diagnostic: { code: "engine/compile-failed", note: expect.stringContaining("not today") },
    });
  });

  it("leaves nothing in the cache when it is killed half-way, and the next one starts anew", async () => {
    const real = compiler.ok ? compiler.compiler.path : "";
    const dying = script(
      "dying",
      `case "$*" in *step.c*) for last; do :; done; echo half > "$last.o"; kill -9 $$;; esac; exec ${real} "$@"`,
    );
    const cache = join(folder, "killed");
    const program = mapProgram(argument(0));
    await expect(createNativeEngine({ compiler: { command: dying }, cache }).load(program)).rejects.toMatchObject({
      diagnostic: { code: "engine/compile-failed" },
    });
    expect(readdirSync(cache).filter((name) => !name.startsWith("compiler-"))).toEqual([]);
    const executable = await createNativeEngine({ compiler: { command: real }, cache }).load(program);
    await executable.dispose();
    expect(readdirSync(cache).filter((name) => name.endsWith(".so"))).toHaveLength(1);
  });

  it("builds elsewhere where its folder is full", async () => {
    const real = compiler.ok ? compiler.compiler.path : "";
    const full = script(
      "full",
      `case "$*" in *unfinished-*step.c*) echo 'fatal error: error writing: No space left on device' >&2; exit 1;; esac; exec ${real} "$@"`,
    );
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const cache = join(folder, "full-cache");
    const executable = await createNativeEngine({ compiler: { command: full }, cache }).load(mapProgram(argument(0)));
    expect(warned).toHaveBeenCalledWith(expect.stringContaining("No space left"), { code: "SETTLE_KERNEL_CACHE" });
    warned.mockRestore();
    await executable.dispose();
  });
});
