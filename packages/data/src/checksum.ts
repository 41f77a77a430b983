/** MD5 of files, as data sets publish it. It tells damage, not malice. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { settleError } from "@settle/diagnostics";

export async function md5OfFile(path: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

export function wrongChecksum(path: string, actual: string, expected: string, help: string): Error {
  return settleError("data/wrong-checksum", `${path} has the MD5 ${actual}; the published one is ${expected}.`, {
    file: path,
    help,
  });
}
