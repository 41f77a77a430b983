/** Runs the command inside the test, with everything it writes caught. */
import { main } from "../src/index.ts";

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with how to press Ctrl-C and with what was written to stderr so far. */
  readonly onStderr?: (pressControlC: () => void, written: string) => void;
}

export async function settle(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const code = await main(args, {
    stdout: { write: (text) => (stdout += text), columns: 100 },
    stderr: {
      write: (text) => {
        stderr += text;
        options.onStderr?.(() => listeners.forEach((listener) => listener()), stderr);
      },
      columns: 100,
    },
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? {},
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow(exitCode) {
      throw new Error(`exit ${exitCode} at once`);
    },
  });
  return { code, stdout, stderr };
}
