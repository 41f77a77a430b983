/**
 * What a worker runs, as the text of a module: plain JavaScript that imports nothing it was not given, so that it starts
 * the same way from sources, from a build and in a bundle.
 *
 * It takes lane groups from a counter that all workers share until none is left, and looks at the stop flag before every
 * repetition of a phase. Between runs it waits for a message.
 */
import { nextGroupAddress, stopFlagAddress } from "./emit/module-builder.ts";
import type { WasmMemory, WasmModule } from "./web-assembly.ts";

/** First message to a worker. */
export interface WorkerSetup {
  readonly kind: "setup";
  readonly memory: WasmMemory;
  /** Which of the threads it is: each has temporaries of its own. */
  readonly thread: number;
}

/** Groups to take through a schedule; addresses and strides in bytes. */
export interface GroupJob {
  readonly kind: "job";
  /** By key; a worker instantiates each once. */
  readonly modules: ReadonlyMap<string, WasmModule>;
  /** Keys of modules, names of exported functions, and how many times in a row each is called. */
  readonly schedule: readonly (readonly [key: string, name: string, times: number])[];
  readonly groups: number;
  readonly lanes: number;
  readonly samples: number;
  /** Base of the temporaries of thread 0, and bytes from one thread's to the next's. */
  readonly temporary: number;
  readonly temporaryBytes: number;
  readonly group: number;
  readonly groupBytes: number;
  readonly partial: number;
  readonly partialBytes: number;
}

/** A worker answers every job with this. */
export const workerDone = "done";

export const workerSource = `
const port = globalThis.process?.versions?.node === undefined
  ? globalThis
  : (await import("node:worker_threads")).parentPort;
const listen = (listener) =>
  port.on === undefined ? port.addEventListener("message", ({ data }) => listener(data)) : port.on("message", listener);

let own;
const instances = new Map();
const makeReady = async ({ modules }) => {
  for (const [key, module] of modules) {
    if (instances.has(key)) continue;
    const { exports } = await WebAssembly.instantiate(module, { settle: { memory: own.memory } });
    instances.set(key, exports);
  }
};

const work = (job) => {
  const control = new Int32Array(own.memory.buffer, 0, 16);
  const temporary = job.temporary + own.thread * job.temporaryBytes;
  for (;;) {
    const index = Atomics.add(control, ${nextGroupAddress / 4}, 1);
    if (index >= job.groups) return;
    const group = job.group + index * job.groupBytes;
    const partial = job.partial + index * job.partialBytes;
    const valid = Math.min(job.lanes, job.samples - index * job.lanes);
    for (const [key, name, times] of job.schedule) {
      const run = instances.get(key)[name];
      for (let time = 0; time < times; time++) {
        if (Atomics.load(control, ${stopFlagAddress / 4}) !== 0) return;
        run(group, temporary, partial, valid);
      }
    }
  }
};

listen(async (message) => {
  if (message.kind === "setup") own = message;
  else {
    await makeReady(message);
    work(message);
    port.postMessage("${workerDone}");
  }
});
`;
