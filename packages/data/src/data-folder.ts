/** Where fetched data sets live. */
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * `SETTLE_DATA` if set; otherwise `settle/data` in the user's cache folder: `XDG_CACHE_HOME` or `~/.cache`,
 * `LOCALAPPDATA` on Windows. Each set has a subfolder of its name.
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.SETTLE_DATA) return env.SETTLE_DATA;
  const cache =
    process.platform === "win32" && env.LOCALAPPDATA
      ? env.LOCALAPPDATA
      : env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "settle", "data");
}
