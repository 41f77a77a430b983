import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "./file-fault.ts";

/**
 * Makes a folder and those above it. Step by step, since Node's own `recursive` says of a read-only disk that the folder
 * does not exist.
 *
 * @throws {Error} Node's, with its code; `EEXIST` when a file has the name
 */
export async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir);
  } catch (error) {
    const code = errorCode(error);
    if (code === "EEXIST" && (await stat(dir)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(dir) === dir) throw error;
    await makeFolder(dirname(dir));
    // Another process may have made it since.
    await mkdir(dir, { recursive: true });
  }
}
