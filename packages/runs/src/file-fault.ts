/** Turns what the file system refuses into a diagnostic that says what to do. */
import { type SettleError, settleError } from "@settle/diagnostics";

/**
 * @param error what a file operation threw
 * @param path  the file or folder it was about, as the user knows it
 * @param doing what was tried, as in "cannot <doing>": `write the checkpoint`
 * @returns an error with a `runs/…` code, the remedy, and `error` as its cause
 */
export function fileFault(error: unknown, path: string, doing: string): SettleError {
  const code = errorCode(error);
  const { what, reason, help } = explanations[code ?? ""] ?? {
    what: "file-fault",
    reason: error instanceof Error ? error.message : String(error),
    help: "Look at the path and the device it is on, then run the same command with --resume.",
  };
  return settleError(`runs/${what}`, `Cannot ${doing} at "${path}": ${reason}.`, { help, file: path, cause: error });
}

/** The `code` of a Node error (`ENOENT`, …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

interface Explanation {
  readonly what: string;
  readonly reason: string;
  readonly help: string;
}

const full: Explanation = {
  what: "disk-full",
  reason: "there is no space left",
  help: "Free some space, or copy the run folder to another disk, then go on with --resume: everything written before is whole.",
};
const refused: Explanation = {
  what: "no-permission",
  reason: "permission denied",
  help: "Choose a folder you may write to (--run DIR), or change the owner or the permissions of this one.",
};
const notAFolder: Explanation = {
  what: "not-a-folder",
  reason: "a part of the path is a file, not a folder",
  help: "Choose another path with --run DIR.",
};

const explanations: Readonly<Record<string, Explanation>> = {
  ENOSPC: full,
  EDQUOT: { ...full, reason: "your quota is used up" },
  EACCES: refused,
  EPERM: refused,
  EROFS: {
    what: "read-only",
    reason: "the file system is read-only",
    help: "Choose a folder on a disk that can be written to (--run DIR).",
  },
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  ENOENT: { what: "not-found", reason: "there is no such file or folder", help: "Look at the spelling of the path." },
  ERR_FS_FILE_TOO_LARGE: {
    what: "file-too-large",
    reason: "it is larger than 2 GiB",
    help: "This is not a file that Settle wrote; name the one you mean.",
  },
};
