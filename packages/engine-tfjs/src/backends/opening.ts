import type { Opening } from "./backend.ts";

/** Opens once; a failure is tried again, since something may have been installed meanwhile. */
export function once(open: () => Promise<Opening>): () => Promise<Opening> {
  let opening: Promise<Opening> | undefined;
  return async () => {
    opening ??= open();
    const result = await opening;
    if (!result.ok) opening = undefined;
    return result;
  };
}

/** The first line of what went wrong. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0]?.trim() ?? "";
}
