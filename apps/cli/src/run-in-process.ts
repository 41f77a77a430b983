import { main } from "./main.ts";
import { processTerminal } from "./terminal.ts";

/** Runs `settle` with this process's arguments and sets its exit code. */
export async function runInProcess(): Promise<void> {
  // A reader that closes early (`settle … | head`) is no fault.
  process.stdout.on("error", (fault: NodeJS.ErrnoException) => {
    if (fault.code === "EPIPE") process.exit(0);
    throw fault;
  });
  process.exitCode = await main(process.argv.slice(2), processTerminal());
}
