import { describe, expect, it } from "vitest";

import { profileKernels } from "../src/profile-kernels.ts";
import { linearProgram } from "./linear-program.ts";

describe("profileKernels", () => {
  it.each([1, 4])("names every kernel of a step in %i lanes with its operations", async (lanes) => {
    let seconds = 0;
    const { kernels } = await profileKernels(linearProgram, { clock: () => seconds++, lanes, relaxed: false });
    // Two states and three observed numbers: six multiplications and additions either way, for each sample.
    const contractions = kernels.filter(({ operations }) => operations !== undefined);
    expect(contractions.map(({ operations }) => operations)).toEqual([12 * lanes, 12 * lanes]);
    expect(kernels.map(({ seconds: each }) => each)).toEqual(kernels.map(() => 1));
  });
});
