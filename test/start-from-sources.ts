/** Another process that runs the packages' sources, as tests themselves do. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/**
 * @param file  of `test/processes`
 * @param args  what it finds behind the first two of `process.argv`
 */
export function startFromSources(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): ChildProcess {
  const jiti = createRequire(import.meta.url).resolve("jiti/package.json");
  const loader = pathToFileURL(jiti.replace(/package\.json$/, "lib/jiti-register.mjs")).href;
  const packages = fileURLToPath(new URL("../packages/", import.meta.url));
  const aliases = readdirSync(packages).map((name) => [`@settle/${name}`, `${packages}${name}/src/index.ts`] as const);
  const command = fileURLToPath(new URL("../apps/cli/src/index.ts", import.meta.url));
  const all = Object.fromEntries([...aliases, ["@settle/cli", command]]);
  const script = fileURLToPath(new URL(`processes/${file}`, import.meta.url));
  return spawn(process.execPath, ["--import", loader, script, ...args], {
    cwd: options.cwd,
    env: { ...process.env, JITI_ALIAS: JSON.stringify(all), ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Its exit code (or signal) and all it wrote. @param onText  called with what it has written so far */
export function ended(
  child: ChildProcess,
  onText: (text: string) => void = () => undefined,
): Promise<{ readonly code: number | string | null; readonly text: string }> {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (part: Buffer) => {
      text += part.toString();
      onText(text);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, text }));
  });
}
