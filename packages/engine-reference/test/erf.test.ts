import fc from "fast-check";
import { expect, test } from "vitest";

import { erf } from "../src/erf.ts";

/** Values of erf to 20 digits, computed with 40-digit arithmetic (mpmath). */
const table: readonly (readonly [number, number])[] = [
  [1e-300, 1.1283791670955126022e-300],
  [1e-8, 1.1283791670955125599e-8],
  [0.1, 0.1124629160182848984],
  [0.25, 0.27632639016823693299],
  [0.5, 0.52049987781304653768],
  [0.75, 0.7111556336535151316],
  [1, 0.84270079294971486934],
  [1.25, 0.92290012825645823014],
  [1.5, 0.96610514647531072707],
  [1.75, 0.98667167121918244377],
  [2, 0.99532226501895273416],
  [2.5, 0.99959304798255504106],
  [3, 0.99997790950300141456],
  [3.5, 0.99999925690162765859],
  [4, 0.99999998458274209972],
  [5, 0.99999999999846254021],
  [5.9, 0.9999999999999999281],
];

test.each(table)("erf(%d) has a relative error below 1e-15", (x, value) => {
  expect(Math.abs(erf(x) - value) / value).toBeLessThan(1e-15);
});

test("erf is odd, also where the two expansions meet", () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), (x) => Object.is(erf(-x), -erf(x))));
  expect(erf(-1.25)).toBe(-erf(1.25));
});

test("erf never decreases over neighbouring points by more than rounding", () => {
  let before = 0;
  for (let x = 0; x < 7; x += 1e-3) {
    expect(erf(x)).toBeGreaterThanOrEqual(before - 2e-16);
    before = erf(x);
  }
});

test("erf of the limits and of NaN are exact", () => {
  expect(erf(Infinity)).toBe(1);
  expect(erf(-Infinity)).toBe(-1);
  expect(erf(0)).toBe(0);
  expect(erf(Number.NaN)).toBeNaN();
});
