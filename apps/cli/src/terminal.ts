/** What the command sees of the outside world; tests give it another one. */

export interface Terminal {
  /** Where results go: what a script reads. */
  readonly stdout: Output;
  /** Where logs, progress and diagnostics go. */
  readonly stderr: Output;
  /** Folder that relative paths start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls back on every Ctrl-C; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once (the second Ctrl-C). */
  exitNow(code: number): void;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: process.env,
    onInterrupt(listener) {
      process.on("SIGINT", listener);
      return () => process.off("SIGINT", listener);
    },
    exitNow(code) {
      process.exit(code);
    },
  };
}
