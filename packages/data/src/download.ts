/** Fetches one file over HTTP(S): with progress, continued where it stopped, tried again, checked, renamed at the end. */
import { open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { settleError } from "@settle/diagnostics";
import { md5OfFile, wrongChecksum } from "./checksum.ts";
import { bytes, errorCode, writingFault } from "./file-fault.ts";

export interface DownloadOptions {
  /** Published size; absent if unknown. */
  readonly bytes?: number;
  readonly md5?: string;
  /** `done` of `total` bytes are on the disk. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
  /** Failures in a row, without a byte between them, before a server is given up. Default 4. */
  readonly attempts?: number;
  /** Wait before the second attempt, milliseconds, doubled for each further one. Default 1000. */
  readonly retryDelay?: number;
  /** A server that sends nothing for so long, in milliseconds, counts as failed. Default 30000. */
  readonly idleTimeout?: number;
}

/**
 * Downloads from the first of several addresses that works. The unfinished file is `PATH.part`; it is kept when the
 * download fails or is interrupted, and continued by the next call.
 *
 * @throws {SettleError} `data/download-failed` naming each address and why, `data/wrong-checksum`, `data/disk-full`,
 *   `data/not-writable`; the signal's reason when aborted
 */
export async function download(urls: readonly string[], path: string, options: DownloadOptions = {}): Promise<void> {
  const part = `${path}.part`;
  const failures: string[] = [];
  for (const url of urls) {
    let continued = (await sizeOf(part)) > 0;
    for (;;) {
      const failure = await fetchWhole(url, part, options);
      if (failure !== undefined) {
        failures.push(`${url}: ${failure}`);
        break;
      }
      const actual = options.md5 === undefined ? undefined : await md5OfFile(part);
      if (actual === options.md5) {
        await rename(part, path).catch((error: unknown) => {
          throw writingFault(error, path);
        });
        return;
      }
      await rm(part, { force: true });
      // What was there from an earlier attempt may be of another file: once from the start.
      if (continued) {
        continued = false;
        continue;
      }
      if (url === urls.at(-1)) {
        throw wrongChecksum(
          url,
          actual ?? "",
          options.md5 ?? "",
          "the server sends another file: try again later, or fetch it by hand",
        );
      }
      failures.push(`${url}: wrong checksum`);
      break;
    }
  }
  throw settleError("data/download-failed", `The download failed. ${failures.join("; ")}.`, {
    help: "check the connection and repeat the command: what has arrived is kept and continued",
  });
}

/** @returns why it failed, undefined when all bytes are in `part` */
async function fetchWhole(url: string, part: string, options: DownloadOptions): Promise<string | undefined> {
  const { attempts = 4, retryDelay = 1000, signal } = options;
  let failures = 0;
  for (;;) {
    const before = await sizeOf(part);
    const outcome = await fetchSome(url, part, before, options);
    if (outcome.kind === "complete") return undefined;
    if (outcome.kind === "refused") return outcome.why;
    failures = (await sizeOf(part)) > before ? 1 : failures + 1;
    if (failures >= attempts) return `${outcome.why} (${attempts} attempts)`;
    await wait(retryDelay * 2 ** (failures - 1), undefined, signal ? { signal } : {}).catch(() =>
      signal?.throwIfAborted(),
    );
  }
}

type Outcome =
  | { readonly kind: "complete" }
  /** Worth another attempt. */
  | { readonly kind: "broken"; readonly why: string }
  /** The server's last word. */
  | { readonly kind: "refused"; readonly why: string };

async function fetchSome(url: string, part: string, have: number, options: DownloadOptions): Promise<Outcome> {
  const { signal, idleTimeout = 30_000 } = options;
  signal?.throwIfAborted();
  const idle = new AbortController();
  let timer = setTimeout(() => idle.abort(), idleTimeout);
  const stillAlive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(), idleTimeout);
  };
  try {
    const response = await fetch(url, {
      // A compressed transfer would make ranges mean something else.
      headers: { "accept-encoding": "identity", ...(have > 0 ? { range: `bytes=${have}-` } : {}) },
      signal: signal ? AbortSignal.any([signal, idle.signal]) : idle.signal,
    });
    stillAlive();
    if (response.status === 416 && have > 0) return await afterUnsatisfiable(response, part, have);
    if (!response.ok) {
      await response.body?.cancel();
      const why = `HTTP ${response.status}${response.statusText === "" ? "" : ` ${response.statusText}`}`;
      const passing = response.status >= 500 || response.status === 408 || response.status === 429;
      return { kind: passing ? "broken" : "refused", why };
    }
    const start = response.status === 206 ? rangeStart(response) : 0;
    if (start !== 0 && start !== have) {
      await response.body?.cancel();
      await rm(part, { force: true });
      return { kind: "broken", why: "the server continued at another place" };
    }
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    const total = options.bytes ?? (Number.isNaN(length) ? undefined : start + length);
    const done = await save(response, part, start, (now) => {
      stillAlive();
      options.onProgress?.(now, total);
    });
    const expected = Number.isNaN(length) ? options.bytes : start + length;
    if (expected === undefined || done === expected) return { kind: "complete" };
    return { kind: "broken", why: `${bytes(done)} arrived of ${bytes(expected)}` };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && "diagnostic" in error) throw error;
    return { kind: "broken", why: idle.signal.aborted ? `nothing arrived for ${idleTimeout / 1000} s` : reason(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** The server says there is nothing after what we have: the file is whole, or not the one we began. */
async function afterUnsatisfiable(response: Response, part: string, have: number): Promise<Outcome> {
  await response.body?.cancel();
  const size = /\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
  if (Number(size) === have) return { kind: "complete" };
  await rm(part, { force: true });
  return { kind: "broken", why: "what had arrived is longer than the server's file" };
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? 0);
}

/** @returns how long the file now is */
async function save(
  response: Response,
  part: string,
  start: number,
  progress: (done: number) => void,
): Promise<number> {
  const asWriting = (error: unknown): never => {
    throw writingFault(error, part);
  };
  const file = await open(part, start === 0 ? "w" : "a").catch(asWriting);
  let done = start;
  try {
    progress(done);
    for await (const chunk of response.body ?? []) {
      await file.write(chunk as Uint8Array).catch(asWriting);
      done += (chunk as Uint8Array).length;
      progress(done);
    }
    return done;
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (info) => info.size,
    () => 0,
  );
}

/** `fetch` wraps the system's word in a cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = errorCode(cause);
  return cause instanceof Error && code !== String(cause) ? code : cause instanceof Error ? cause.message : code;
}
