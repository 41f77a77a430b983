/** Writes what a command made to the file the user named. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Context } from "./context.ts";

/** @throws {SettleError} `output/unwritable` */
export async function writeResult(file: string, content: string | Uint8Array, context: Context): Promise<void> {
  const { settleError } = await import("@settle/settle");
  await writeFile(resolve(context.terminal.cwd, file), content).catch((fault: NodeJS.ErrnoException) => {
    throw settleError("output/unwritable", `"${file}" cannot be written: ${fault.message}.`, { cause: fault });
  });
}
