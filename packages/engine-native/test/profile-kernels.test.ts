import { argument } from "@settle/program";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

import { createNativeEngine, profileKernels } from "../src/index.ts";
import { mapProgram } from "./map-program.ts";

const cache = mkdtempSync(join(tmpdir(), "settle-profile-test-"));
afterAll(() => rm(cache, { recursive: true }));
const status = await createNativeEngine({ cache }).probe();

describe("profileKernels", () => {
  beforeEach(({ skip }) => skip(!status.available, status.available ? "" : status.reason));

  it.each([true, false])(
    "times every kernel of a step and the step itself, samples by themselves: %s",
    async (single) => {
      const program = mapProgram(argument(0), 20_000);
      const { kernels, step, peak, lanes, width } = await profileKernels(program, { single, cache, steps: 20 });
      expect(lanes === 1).toBe(single);
      expect(width).toBeLessThanOrEqual(single ? 8 : lanes);
      expect(kernels.map(({ operations }) => operations)).toEqual([undefined, undefined]);
      const seconds = kernels.map((kernel) => kernel.seconds);
      for (const number of [...seconds, step, peak]) expect(number > 0 && Number.isFinite(number)).toBe(true);
    },
  );
});
