/** The conformance files of a folder. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { settleError } from "@settle/diagnostics";

import { damaged } from "./parse-fixture.ts";
import { type Translation, translateFixture } from "./translate-fixture.ts";

/**
 * Reads and translates every `.json` file of a folder, in order of name. A damaged file is among the results, as such.
 *
 * @throws {SettleError} `conformance/no-fixtures` when the folder cannot be read or holds no such file
 */
export async function loadFixtures(folder: string): Promise<readonly Translation[]> {
  const names = await listFolder(folder);
  const files = names.filter((name) => name.endsWith(".json")).toSorted();
  if (files.length === 0) throw noFixtures(folder, "has no .json file");
  return Promise.all(files.map((file) => loadFixture(path.join(folder, file))));
}

async function loadFixture(file: string): Promise<Translation> {
  const name = path.basename(file, ".json");
  try {
    const json: unknown = JSON.parse(await readFile(file, "utf8"));
    return translateFixture(json, file);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return { kind: "damaged", name, diagnostics: [damaged(file, "", `The file cannot be read: ${message}`)] };
  }
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw noFixtures(folder, "cannot be read", cause);
  }
}

function noFixtures(folder: string, what: string, cause?: unknown): Error {
  return settleError("conformance/no-fixtures", `The folder "${folder}" ${what}.`, {
    help: "name a folder of conformance files, for instance packages/conformance/fixtures",
    ...(cause === undefined ? {} : { cause }),
  });
}
