/** What went wrong with a file, said to a person. */
import { type SettleError, settleError } from "@settle/diagnostics";

/**
 * @param origin where the file comes from and how to get it: becomes the help
 * @returns `data/missing-file`, `data/missing-folder` (a path through something that is no folder) or `data/unreadable`
 */
export function readingFault(cause: unknown, path: string, origin?: string): SettleError {
  const code = errorCode(cause);
  if (code === "ENOENT") return missingFile(path, origin, cause);
  if (code === "ENOTDIR") {
    return settleError("data/missing-folder", `${path} is not a folder.`, { file: path, cause, ...helpOf(origin) });
  }
  return settleError("data/unreadable", `${path} cannot be read (${code}).`, {
    file: path,
    cause,
    help: code === "EACCES" || code === "EPERM" ? "allow this user to read it" : "check the disk and the path",
  });
}

export function missingFile(path: string, origin?: string, cause?: unknown): SettleError {
  return settleError("data/missing-file", `${path} does not exist.`, { file: path, cause, ...helpOf(origin) });
}

/** @returns `data/disk-full`, or `data/not-writable` with the system's own word */
export function writingFault(cause: unknown, path: string): SettleError {
  const code = errorCode(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return settleError("data/disk-full", `The disk is full: ${path} could not be written to its end.`, {
      file: path,
      cause,
      help: "make room and repeat the command: what has been downloaded so far is kept and continued",
    });
  }
  return settleError("data/not-writable", `${path} cannot be written (${code}).`, {
    file: path,
    cause,
    help: "name a folder that this user may write to",
  });
}

export function wrongSize(path: string, actual: number, expected: string, origin?: string): SettleError {
  return settleError("data/wrong-size", `${path} has ${bytes(actual)}; expected ${expected}.`, {
    file: path,
    help: `the file is cut short or is another file${origin === undefined ? "" : `. ${origin}`}`,
  });
}

export function damagedFile(path: string, what: string, origin?: string, cause?: unknown): SettleError {
  return settleError("data/damaged-file", `${path} ${what}.`, { file: path, cause, ...helpOf(origin) });
}

export function bytes(count: number): string {
  return `${count.toLocaleString("en-US")} bytes`;
}

export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

function helpOf(origin: string | undefined): { readonly help?: string } {
  return origin === undefined ? {} : { help: origin };
}
