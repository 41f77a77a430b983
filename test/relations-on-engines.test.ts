/** Every form of relation, and pools, on every engine against the reference engine. */
import { referenceEngine } from "@settle/engine-reference";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { arbitraryRelation } from "../packages/engine-reference/test/arbitrary-relation.ts";
import { arbitraryPool as pool } from "./arbitrary-pool.ts";
import { compute, enginesWith, unoptimisedNative, whyAbsent, worstDifference } from "./program-engines.ts";
import { relationsProgram } from "./relations-program.ts";

const { native, remove } = unoptimisedNative();
afterAll(remove);

/** Kernels know rows and columns. */
const relation = arbitraryRelation.filter(({ axes }) => axes.length <= 2);

describe.each(enginesWith(native))("$engine.name", ({ engine, runs }) => {
  it("takes random relations and pools both ways as the reference engine does, and sums their gradients", async (context) => {
    const reason = await whyAbsent(engine);
    if (reason !== undefined) context.skip(reason);
    await fc.assert(
      fc.asyncProperty(
        fc.array(relation, { minLength: 6, maxLength: 12 }),
        fc.array(pool, { minLength: 3, maxLength: 6 }),
        fc.integer({ min: 1, max: 19 }),
        async (relations, pools, batch) => {
          const program = relationsProgram(relations, pools);
          const expected = await compute(program, referenceEngine, batch);
          expect(worstDifference(expected, await compute(program, engine, batch))).toBeLessThan(1e-5);
        },
      ),
      { numRuns: runs },
    );
  }, 120_000);
});
