/** The worker's side of the lines of JSON that `ContenderProcess` speaks. */
import { createInterface } from "node:readline";
import type { Greeting, WorkerRequest } from "./contender-process.ts";

/** Says that it is ready, then answers one request after the other until its input ends. */
export async function serveRequests(
  greeting: Greeting,
  answer: (request: WorkerRequest) => Promise<void>,
): Promise<void> {
  say(greeting);
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      await answer(JSON.parse(line) as WorkerRequest);
      say({});
    } catch (fault) {
      say({ fault: fault instanceof Error ? fault.message : String(fault) });
    }
  }
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
