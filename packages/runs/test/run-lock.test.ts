import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { lockRun } from "@settle/runs";
import { describe, expect, onTestFinished, test } from "vitest";
import { diagnosticOf, temporaryFolder } from "./example-run.ts";

async function folderLockedBy(holder: unknown): Promise<string> {
  const dir = await temporaryFolder();
  await writeFile(join(dir, "run.lock"), JSON.stringify(holder));
  return dir;
}

describe("the lock of a run folder", () => {
  test("names the process that holds it, and goes when it is released", async () => {
    const dir = await temporaryFolder();
    const lock = await lockRun(dir);
    expect(JSON.parse(await readFile(lock.path, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
    expect((await diagnosticOf(lockRun(dir))).message).toBe(
      `"${dir}" is in use by process ${process.pid} on ${hostname()}.`,
    );
    await lock.release();
    expect(await readdir(dir)).toEqual([]);
    await (await lockRun(dir)).release();
  });

  test("is refused while the other process lives and taken over once it was killed", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    const dir = await folderLockedBy({ pid: child.pid, host: hostname(), token: "theirs" });
    expect((await diagnosticOf(lockRun(dir))).code).toBe("runs/locked");
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await lockRun(dir)).release();
    expect(await readdir(dir)).toEqual([]);
  });

  test("is taken over when the process has the number of a dead one", async ({ skip }) => {
    skip(!existsSync("/proc/self/stat"), "there is no /proc/self/stat here");
    const dir = await folderLockedBy({ pid: process.pid, born: "1", host: hostname(), token: "theirs" });
    await (await lockRun(dir)).release();
  });

  test("of another machine is respected, since nothing can be known of its process", async () => {
    const dir = await folderLockedBy({ pid: 1, host: "elsewhere.example", token: "theirs" });
    const diagnostic = await diagnosticOf(lockRun(dir));
    expect(diagnostic.message).toContain("process 1 on elsewhere.example");
    expect(diagnostic.help).toContain(`delete "${join(dir, "run.lock")}"`);
  });

  test("that is not readable is taken over: whole locks are all that Settle leaves", async () => {
    const dir = await temporaryFolder();
    await writeFile(join(dir, "run.lock"), "");
    await (await lockRun(dir)).release();
  });

  test("is won by exactly one of many that find a dead one", async () => {
    const dir = await folderLockedBy({ pid: 2 ** 22 + 1, host: hostname(), token: "dead" });
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(dir)));
    const won = results.filter((result) => result.status === "fulfilled");
    expect(won).toHaveLength(1);
    await won[0]?.value.release();
    expect(await readdir(dir)).toEqual([]);
  });
});
