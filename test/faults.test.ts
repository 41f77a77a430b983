/** What happens in the middle of work: Ctrl-C, another process at the same thing, a worker that dies. */
import { compile } from "@settle/compiler";
import { nativeEngine } from "@settle/engine-native";
import { referenceEngine } from "@settle/engine-reference";
import { createRun, openRun } from "@settle/runs";
import { arraySource, createSession, type Engine, type Session, train, type TrainingOptions } from "@settle/runtime";
import { type CircuitSpec, printCircuit } from "@settle/spec";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { loadWasm } from "../packages/engine-wasm/src/load-wasm.ts";
import { detectHost, type WorkerHandle } from "../packages/engine-wasm/src/wasm-host.ts";
import { ended, startFromSources } from "./start-from-sources.ts";

const native = await nativeEngine.probe();
const patience = 300_000;

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "settle-faults-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const circuit: CircuitSpec = {
  version: 1,
  name: "small",
  states: { x: { shape: [28, 28, 1], observed: { data: "image" } }, z1: { shape: [14, 14, 2] } },
  errors: { e0: { target: "x" } },
  synapses: { W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2 } },
  settle: { steps: 5, rate: 0.01 },
  learn: { rule: "adam", rate: 0.01, batch: 5 },
};

describe("the native engine among other things that happen", () => {
  beforeEach(({ skip }) => skip(!native.available, native.available ? "" : native.reason));

  it(
    "is stopped by Ctrl-C in the middle of a settle that would last for days, and keeps what was learned before",
    async () => {
      const cwd = await temporaryFolder();
      const endless: CircuitSpec = { ...circuit, settle: { steps: 1_000_000_000, rate: 0.01 } };
      await writeFile(join(cwd, "endless.json"), JSON.stringify(endless));
      const args = [
        "train",
        "endless.json",
        "--data",
        "mnist10k",
        "--engine",
        "native",
        "--run",
        "run",
        "--epochs",
        "1",
      ];
      const child = startFromSources("settle-command.ts", args, { cwd });
      let pressed = false;
      const { code, text } = await ended(child, (written) => {
        if (pressed || !written.includes("Training small")) return;
        pressed = true;
        // By now, or very soon, it is inside the first settle.
        setTimeout(() => child.kill("SIGINT"), 2000);
      });
      expect({ code, text }).toMatchObject({ code: 130, text: expect.stringContaining("--resume") as string });
      const run = await openRun(join(cwd, "run"));
      expect(run.manifest.status).toBe("interrupted");
      expect((await readdir(join(cwd, "run", "checkpoints"))).some((name) => name.endsWith(".safetensors"))).toBe(true);
    },
    patience,
  );

  it(
    "serves two processes that need the same kernels at once",
    async () => {
      const cwd = await temporaryFolder();
      const env = { SETTLE_KERNELS: join(cwd, "kernels") };
      const both = await Promise.all([0, 1].map(() => ended(startFromSources("settle-once.ts", [], { cwd, env }))));
      expect(both[0]).toMatchObject({ code: 0, text: expect.stringMatching(/^\d+\.\d+\n$/) as string });
      expect(both[1]).toEqual(both[0]);
      const left = await readdir(env.SETTLE_KERNELS);
      expect(left.filter((name) => !/^(compiler|plan)-\w+\.json$|^\w+-\w+\.so$/.test(name))).toEqual([]);
    },
    patience,
  );
});

it("a worker thread that dies in the middle of a training ends it with a diagnostic; the last checkpoint is whole", async () => {
  const dir = join(await temporaryFolder(), "run");
  const workers: WorkerHandle[] = [];
  const host = detectHost();
  const startWorker: NonNullable<typeof host.startWorker> = (listeners) => {
    const worker = host.startWorker!(listeners);
    workers.push(worker);
    return worker;
  };
  const mortal: Engine = {
    name: "wasm",
    description: "one whose workers can be killed",
    probe: () => Promise.resolve({ available: true, device: "test", version: "1" }),
    load: (program) => loadWasm(program, { host: { ...host, startWorker }, threads: 2 }),
  };
  const image = Float32Array.from({ length: 40 * 28 * 28 }, (_, k) => (Math.sin(k) + 1) / 2);
  const source = arraySource("waves", { image: { shape: [28, 28, 1], data: image } });
  const options: TrainingOptions = { source, epochs: 3, batch: 20, checkpointEvery: { updates: 1 } };

  const session = await sessionOn(mortal);
  const start = {
    circuit: { ...session.program.circuit, file: "small.json", source: printCircuit(circuit) },
    settings: {},
    seeds: { training: 1 },
    engine: { name: "wasm", device: "test", dtype: "float32", deterministic: true },
    versions: { node: process.version, settle: "0" },
    data: { training: { name: source.name, hash: source.hash, samples: 40 } },
    command: [],
  } as const;
  const run = await createRun(dir, start);
  const training = train(session, {
    ...options,
    store: run,
    onEvent: (event) => {
      if (event.kind === "step" && event.updates === 3) for (const worker of workers) worker.terminate();
    },
  });
  await expect(training).rejects.toMatchObject({ diagnostic: { code: "engine/worker-lost" } });
  await run.finish("failed");
  await run.close();

  // It goes on from update 3, and ends where a training that nothing happened to ends.
  const second = await sessionOn(referenceEngine);
  const again = await createRun(dir, start, { resume: true });
  const resumed = await train(second, { ...options, store: again, resume: true });
  await again.close();
  expect(resumed).toMatchObject({ kind: "done", steps: 3, position: { updates: 6 } });
  const straight = await sessionOn(referenceEngine);
  await train(straight, options);
  const [one, other] = [await second.parameters.export(), await straight.parameters.export()];
  for (const [id, { data }] of one) {
    const differences = Array.from(data, (value, k) => Math.abs(value - (other.get(id)?.data[k] ?? NaN)));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  }
});

async function sessionOn(engine: Engine): Promise<Session> {
  const compiled = compile(circuit);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const session = await createSession({ programFor: () => compiled.program, engine, seed: 1 });
  onTestFinished(() => session.dispose());
  return session;
}
