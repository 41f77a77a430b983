/** Settles one batch of a small circuit on the native engine, whose kernels may not be there yet, and prints what came out. */
import { createSession } from "@settle/settle";

const session = await createSession(
  {
    version: 1,
    name: "small",
    states: { x: { shape: [8, 8, 1], observed: { data: "image" } }, z1: { shape: [4, 4, 3] } },
    errors: { e0: { target: "x" } },
    synapses: { W1: { from: "z1", to: "e0", kind: "deconv2d", kernel: 3, stride: 2 } },
    settle: { steps: 5, rate: 0.1 },
  },
  { engine: "native" },
);
const image = Float32Array.from({ length: 20 * 64 }, (_, k) => Math.sin(k));
const { discrepancy } = await session.settle({ count: 20, fields: { image } });
await session.dispose();
process.stdout.write(`${discrepancy.total}\n`);
