/** What the command tells the shell. */

export const exitCodes = {
  done: 0,
  /** The user's input is at fault; diagnostics were printed. */
  badInput: 1,
  wrongUsage: 2,
  /** Diverged, out of memory, engine lost, or a fault of our own. */
  runFailed: 3,
  /** Ctrl-C; the work is kept. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
