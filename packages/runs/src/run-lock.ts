/**
 * Keeps two trainings out of one folder: a file that names the process that works there. A lock whose process is gone
 * is taken over, so a killed training never has to be cleaned up after.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, unlinkSync } from "node:fs";
import { constants, copyFile, link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { settleError, type SettleError } from "@settle/diagnostics";
import { z } from "zod";
import { errorCode, fileFault } from "./file-fault.ts";

export interface RunLock {
  readonly path: string;
  /** Gives the folder free. A second call does nothing. */
  release(): Promise<void>;
}

/** The file's name within the run folder. */
export const lockName = "run.lock";

/**
 * @param dir an existing folder
 * @throws {SettleError} `runs/locked` when a living process holds it, or one on another machine, of which nothing can
 *   be known; `runs/no-permission`, `runs/read-only`, `runs/disk-full`
 */
export async function lockRun(dir: string): Promise<RunLock> {
  const path = join(dir, lockName);
  const mine: Holder = { pid: process.pid, born: birthOf(process.pid), host: hostname(), token: randomUUID() };
  for (let attempt = 0; attempt < 10; attempt += 1) {
    if (await create(path, mine)) return heldLock(path, mine);
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (holder !== "unreadable" && mayLive(holder)) throw locked(dir, path, holder);
    await takeAway(path, holder);
  }
  throw locked(dir, path, undefined);
}

const holderSchema = z.object({ pid: z.int(), born: z.string().optional(), host: z.string(), token: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** Written aside and linked into place, so that a lock is never seen half written. */
async function create(path: string, mine: Holder): Promise<boolean> {
  const aside = `${path}.${mine.token}`;
  try {
    await writeFile(aside, `${JSON.stringify(mine)}\n`, { flag: "wx" });
    await linkOrCopy(aside, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw fileFault(error, path, "lock the run folder");
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

/** Not every file system has links (FAT, some network shares). */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

async function readHolder(path: string): Promise<Holder | "unreadable" | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    return errorCode(error) === "ENOENT" ? undefined : "unreadable";
  }
}

function mayLive({ pid, born, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return errorCode(error) === "EPERM";
  }
  // In containers a new process often gets the number of the dead one.
  const bornNow = birthOf(pid);
  return born === undefined || bornNow === undefined || born === bornNow;
}

/** Removes a dead lock, unless another process has put its own there in the meantime. */
async function takeAway(path: string, dead: Holder | "unreadable"): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  const taken = await readHolder(aside);
  const token = (holder: typeof taken) => (typeof holder === "object" ? holder.token : holder);
  if (token(taken) !== token(dead)) await link(aside, path).catch(() => undefined);
  await unlink(aside).catch(() => undefined);
}

function heldLock(path: string, mine: Holder): RunLock {
  const onExit = () => {
    try {
      if (readFileSync(path, "utf8").includes(mine.token)) unlinkSync(path);
    } catch {
      // Already gone; and if not, it is taken over as that of a dead process.
    }
  };
  process.once("exit", onExit);
  return {
    path,
    release: async () => {
      process.removeListener("exit", onExit);
      const holder = await readHolder(path);
      if (typeof holder === "object" && holder.token === mine.token) await unlink(path).catch(() => undefined);
    },
  };
}

/** When a process began, in the kernel's ticks since boot; absent where there is no /proc. */
function birthOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Fields are counted behind the command's name, which may hold spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function locked(dir: string, path: string, holder: Holder | undefined): SettleError {
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return settleError("runs/locked", `"${dir}" is in use by ${who}.`, {
    help: `Wait for it, end it, or choose another folder with --run. If it no longer runs (another machine), delete "${path}".`,
    file: path,
  });
}
