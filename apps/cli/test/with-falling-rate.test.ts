import type { Session } from "@settle/settle";
import { expect, it } from "vitest";
import { withFallingRate } from "../src/demo/with-falling-rate.ts";

it("learns at the full rate first, and at one that falls to zero over the last part", async () => {
  const rates: (number | undefined)[] = [];
  const session = {
    program: { learn: { rate: 8 } },
    updates: 0,
    learn: (_batch: unknown, options: { rate?: number }) => void rates.push(options.rate),
  };
  const falling = withFallingRate(session as unknown as Session, { updates: 10, share: 0.4 });
  for (; session.updates <= 10; session.updates++) await falling.learn({ count: 1, fields: {} });
  expect(rates).toHaveLength(11);
  expect(rates.slice(0, 7)).toEqual([8, 8, 8, 8, 8, 8, 8]);
  for (const [i, rate] of [6, 4, 2, 0].entries()) expect(rates[7 + i]).toBeCloseTo(rate, 12);
});

it("passes a rate of its own on, and everything else of the session", () => {
  const session = { updates: 0, seed: 7, program: { learn: { rate: 1 } }, learn: (_: unknown, o: unknown) => o };
  const falling = withFallingRate(session as unknown as Session, { updates: 10, share: 0.5 });
  expect(falling.seed).toBe(7);
  expect(falling.learn({ count: 1, fields: {} }, { rate: 3, steps: 2 })).toEqual({ rate: 3, steps: 2 });
});
