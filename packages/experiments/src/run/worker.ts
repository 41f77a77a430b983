/** A process that computes runs, one at a time; see `run-job.ts` for what is said between it and the command. */
import { SettleError } from "@settle/diagnostics";
import { calibrate } from "./calibrate.ts";
import { OpenData } from "./open-data.ts";
import { performRun } from "./perform-run.ts";
import type { RunProgress, WorkerReply, WorkerRequest } from "./run-job.ts";

const millisecondsBetweenReports = 200;

const data = new OpenData();
const stop = new AbortController();
let last = 0;
let busy = false;

// Ctrl-C reaches every process of the terminal: the command decides what it means.
process.on("SIGINT", () => {});
// The command is gone: what is under way is kept, as after Ctrl-C.
process.on("disconnect", () => end());
process.on("message", (request: WorkerRequest) => void answer(request));

async function answer(request: WorkerRequest): Promise<void> {
  if (request.kind === "stop") {
    end();
    return;
  }
  busy = true;
  try {
    switch (request.kind) {
      case "calibrate":
        reply({ kind: "calibration", calibration: await calibrate(request.job, data) });
        return;
      case "run":
        reply({
          kind: "outcome",
          outcome: await performRun(request.job, { data, signal: stop.signal, onProgress: report }),
        });
        return;
      default:
        request satisfies never;
    }
  } catch (fault) {
    const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    reply({ kind: "fault", ...(fault instanceof SettleError && { diagnostic: fault.diagnostic }), text });
  } finally {
    busy = false;
    if (stop.signal.aborted) leave();
  }
}

function end(): void {
  stop.abort(new Error("interrupted"));
  if (!busy) leave();
}

function leave(): void {
  if (process.connected) process.disconnect();
}

function report(progress: RunProgress): void {
  const now = performance.now();
  if (now - last < millisecondsBetweenReports && progress.done < progress.total) return;
  last = now;
  reply({ kind: "progress", progress });
}

function reply(message: WorkerReply): void {
  if (process.connected) process.send?.(message);
}
