/** Finds packages that are no dependency of ours: a user's, or what `settle engines install` put into the cache. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectFolder } from "../install/build-addon.ts";
import { installedTensorflow } from "../install/tensorflow-folder.ts";

export interface LocatedPackage {
  readonly name: string;
  /** Of its main file. */
  readonly url: string;
}

/** Where each package is found, what a user installed beside Settle or in the working folder before our own. */
export async function locatePackages(
  names: readonly string[],
  startingPoints?: readonly string[],
): Promise<readonly LocatedPackage[]> {
  const installed = await installedTensorflow();
  const from = startingPoints ?? [
    import.meta.url,
    pathToFileURL(join(process.cwd(), "package.json")).href,
    ...(installed === undefined ? [] : [pathToFileURL(join(installed, projectFolder, "package.json")).href]),
  ];
  const located = new Map<string, LocatedPackage>();
  for (const name of names) {
    for (const start of from) {
      const path = resolve(start, name);
      if (path !== undefined) located.set(path, { name, url: pathToFileURL(path).href });
    }
  }
  return [...located.values()];
}

function resolve(from: string, name: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}
