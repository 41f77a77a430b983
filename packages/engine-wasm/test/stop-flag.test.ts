/** Ctrl-C in a worker: the flag that stops a run is looked at before every call of a phase. */
import { expect, it } from "vitest";

import { assemble } from "../src/assemble.ts";
import { stopFlagAddress } from "../src/emit/module-builder.ts";
import { detectHost } from "../src/wasm-host.ts";
import { requireWebAssembly } from "../src/web-assembly.ts";
import { WorkerPool } from "../src/worker-pool.ts";

/** A step that adds 1 to the first word of its group and raises the flag, which is the host's to raise otherwise. */
const text = `(module
  (import "settle" "memory" (memory 1 1 shared))
  (func (export "step.group") (param $group i32) (param i32 i32 i32)
    (i32.store (local.get $group) (i32.add (i32.load (local.get $group)) (i32.const 1)))
    (i32.atomic.store (i32.const ${stopFlagAddress}) (i32.const 1))))`;

it("once it is raised a worker makes no further step of its group, and none of the groups behind", async () => {
  const { Memory, compile } = requireWebAssembly();
  const memory = new Memory({ initial: 1, maximum: 1, shared: true });
  const pool = new WorkerPool(detectHost().startWorker!, [{ kind: "setup", memory, thread: 0 }]);
  const group = 1024;
  const groupBytes = 64;
  await pool.run({
    kind: "job",
    modules: new Map([["counting", await compile(await assemble(text))]]),
    schedule: [["counting", "step.group", 1000]],
    groups: 3,
    lanes: 4,
    samples: 12,
    temporary: 0,
    temporaryBytes: 0,
    group,
    groupBytes,
    partial: 0,
    partialBytes: 0,
  });
  const words = new Int32Array(memory.buffer);
  expect([0, 1, 2].map((k) => words[(group + k * groupBytes) / 4])).toEqual([1, 0, 0]);
  pool.end();
});
