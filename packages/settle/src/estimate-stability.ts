/** How stable a circuit settles before it has learned anything. */
import { type DataBatch, sampleUniforms, type StabilityEstimate } from "@settle/runtime";
import { sizeOf } from "@settle/program";
import { type CircuitInput, createSession, type SessionSettings } from "./create-session.ts";

/**
 * λmax of a freshly initialized circuit, settled on uniform random data: where learning starts from, and how far that is
 * from 2/β. A trained circuit's λmax is larger.
 *
 * @throws {CircuitError} with every fault of the circuit
 * @throws {SettleError} `engine/…`, and `run/diverged` when it does not even settle
 */
export async function estimateStability(
  circuit: CircuitInput,
  settings: SessionSettings = {},
): Promise<StabilityEstimate> {
  const session = await createSession(circuit, settings);
  try {
    const { observed, buffers } = session.program;
    const samples = Array.from({ length: 4 }, (_, i) => i);
    const fields: Record<string, DataBatch["fields"][string]> = {};
    for (const { field, data } of observed) {
      const buffer = buffers.find(({ id }) => id === data);
      if (buffer === undefined) continue;
      fields[field] = sampleUniforms(
        { seed: session.seed, stream: `stability/${field}`, samples },
        sizeOf(buffer.type.shape),
      );
    }
    await session.settle({ count: samples.length, fields });
    return await session.stability();
  } finally {
    await session.dispose();
  }
}
