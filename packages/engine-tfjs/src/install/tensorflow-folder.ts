/** Where an installed TensorFlow lies: `~/.cache/settle/tensorflow/<variant>`, outside any project, so that one serves all. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** `SETTLE_TENSORFLOW` if set; otherwise `settle/tensorflow` in the user's cache folder. */
export function tensorflowRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["SETTLE_TENSORFLOW"];
  if (own !== undefined && own !== "") return own;
  const cache = environment["XDG_CACHE_HOME"];
  return join(cache === undefined || cache === "" ? join(homedir(), ".cache") : cache, "settle", "tensorflow");
}

/** Names the folder of the installation in use; written last, so that what it names is whole. */
export const currentFile = "current.json";

/** The folder of the installation in use, or `undefined` where none is. */
export async function installedTensorflow(root: string = tensorflowRoot()): Promise<string | undefined> {
  try {
    const current: unknown = JSON.parse(await readFile(join(root, currentFile), "utf8"));
    const folder = (current as { readonly folder?: unknown } | null)?.folder;
    return typeof folder === "string" ? join(root, folder) : undefined;
  } catch {
    return undefined;
  }
}
