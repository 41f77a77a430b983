import { describe, expect, it } from "vitest";

import { assemble } from "../../src/assemble.ts";
import { type VectorFunction, vectorFunctions } from "../../src/emit/vector-math.ts";
import { requireWebAssembly } from "../../src/web-assembly.ts";

/** Applies a vector function to numbers, four at a time. */
async function applied(name: VectorFunction): Promise<(xs: readonly number[]) => Float32Array> {
  const text = `(module (memory (export "memory") 64)
    ${vectorFunctions(new Set([name]))
      .map((f) => f.toText())
      .join("\n")}
    (func (export "run") (param $bytes i32) (local $at i32)
      (loop $again
        (v128.store (local.get $at) (call $${name} (v128.load (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $again (i32.lt_u (local.get $at) (local.get $bytes))))))`;
  const { compile, instantiate } = requireWebAssembly();
  const { exports } = await instantiate(await compile(await assemble(text)));
  const { memory, run } = exports as { memory: { buffer: ArrayBuffer }; run: (bytes: number) => void };
  return (xs) => {
    const floats = new Float32Array(memory.buffer);
    floats.set(xs);
    run(xs.length * 4);
    return floats.slice(0, xs.length);
  };
}

/** erf in float64: its power series near zero, else the continued fraction of its complement. */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a === 0) return x;
  if (a > 6) return Math.sign(x);
  if (a > 2) {
    let fraction = 0;
    for (let k = 300; k >= 1; k--) fraction = k / 2 / (a + fraction);
    return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
  }
  let [sum, term] = [0, x];
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const exact: Readonly<Record<VectorFunction, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  erf,
  sign: Math.sign,
};
const names: readonly VectorFunction[] = ["exp", "log", "tanh", "erf", "sign"];
const smallestNormal = 2 ** -126;

/** Every magnitude a float32 can have, about 60 to an octave, both signs, and a fine net near where series change. */
const everywhere = [
  ...Array.from({ length: 16_000 }, (_, k) => Math.fround(2 ** (k / 60 - 138))),
  ...Array.from({ length: 40_000 }, (_, k) => Math.fround(k / 400)),
].filter(Number.isFinite);
const both = [...everywhere, ...everywhere.map((x) => -x)];

describe.each(names)("%s on four lanes", (name) => {
  it("is right to 2e-7 of its value wherever the result is a normal number", async () => {
    const got = (await applied(name))(both);
    let worst = 0;
    both.forEach((x, k) => {
      const want = exact[name](x);
      if (Math.abs(want) < smallestNormal || Math.abs(want) > 3.4028e38 || !Number.isFinite(want)) return;
      worst = Math.max(worst, Math.abs(got[k]! / want - 1));
    });
    expect(worst).toBeLessThan(2e-7);
  });

  it("gives what JavaScript gives for zeros, infinities, NaN and what overflows or goes under", async () => {
    const edges = [0, -0, Infinity, -Infinity, NaN, 200, -200, 2 ** -149];
    const want = edges.map((x) => Math.fround(exact[name](x)));
    const got = [...(await applied(name))(edges)];
    if (name === "log") {
      expect(got.pop()).toBeCloseTo(want.pop()!, 4);
      want.splice(5, 1);
      got.splice(5, 1);
    }
    expect(got).toEqual(want);
  });
});
