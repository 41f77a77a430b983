export { type ExitCode, exitCodes } from "./exit-code.ts";
export { main } from "./main.ts";
export { runInProcess } from "./run-in-process.ts";
export type { Output, Terminal } from "./terminal.ts";
