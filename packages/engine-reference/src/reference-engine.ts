/** The oracle: a plain interpreter of Programs in float64, written to be obviously right rather than fast. */
import type { Engine, EngineInfo } from "@settle/runtime";

import { ReferenceExecutable } from "./reference-executable.ts";

const info: EngineInfo = {
  name: "reference",
  device: "cpu, one thread",
  dtype: "float64",
  deterministic: true,
};

/**
 * Interprets every instruction of a Program by loops over its definition, in float64 and on one thread. Sums over
 * samples are taken in index order, so the same inputs give the same bits.
 */
export const referenceEngine: Engine = {
  name: info.name,
  description: "plain float64 interpreter: slow, exact, the one every other engine is tested against",
  probe: async () => ({ available: true, device: info.device, version: "float64" }),
  load: async (program) => new ReferenceExecutable(program, info),
};
