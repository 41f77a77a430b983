/** Operands that repeat along any axes, and sums over any axes, on every engine against the reference engine. */
import { referenceEngine } from "@settle/engine-reference";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type Broadcast, broadcastsProgram } from "./broadcasts-program.ts";
import { compute, enginesWith, unoptimisedNative, whyAbsent, worstDifference } from "./program-engines.ts";

const { native, remove } = unoptimisedNative();
afterAll(remove);

const axes = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
const broadcast: fc.Arbitrary<Broadcast> = fc.record({
  shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
  operands: fc.array(fc.record({ same: axes, batch: fc.boolean() }), { minLength: 3, maxLength: 3 }),
  over: axes,
  keep: fc.boolean(),
});

describe.each(enginesWith(native))("$engine.name", ({ engine, runs }) => {
  it("repeats operands along any axes and sums over any axes as the reference engine does", async (context) => {
    const reason = await whyAbsent(engine);
    if (reason !== undefined) context.skip(reason);
    await fc.assert(
      fc.asyncProperty(
        fc.array(broadcast, { minLength: 6, maxLength: 12 }),
        fc.integer({ min: 1, max: 19 }),
        async (cases, batch) => {
          const program = broadcastsProgram(cases);
          const expected = await compute(program, referenceEngine, batch);
          expect(worstDifference(expected, await compute(program, engine, batch))).toBeLessThan(1e-5);
        },
      ),
      { numRuns: runs },
    );
  }, 120_000);
});
