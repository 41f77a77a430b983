import { spawn } from "node:child_process";

export interface CommandResult {
  /** Absent if it could not be started or was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** Runs a program to its end. Never rejects, but when aborted. */
export function runCommand(
  command: string,
  parameters: readonly string[],
  { signal, ...options }: CommandOptions = {},
): Promise<CommandResult> {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...parameters], {
      ...options,
      ...(signal && { signal }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", (error) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else resolve({ code: undefined, stdout, stderr: stderr + error.message });
    });
    child.on("close", (code) => resolve({ code: code ?? undefined, stdout, stderr }));
  });
}

/** The last lines of what a program said, for a diagnostic. */
export function lastLines({ stdout, stderr }: CommandResult, count = 8): string {
  const text = stderr.trim() === "" ? stdout : stderr;
  return text.trim().split("\n").slice(-count).join("\n");
}
