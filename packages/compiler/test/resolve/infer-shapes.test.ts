import { compile } from "@settle/compiler";
import type { CircuitSpec } from "@settle/spec";
import fc from "fast-check";
import { expect, test } from "vitest";

function chain(
  kind: "conv2d" | "deconv2d",
  known: "source" | "target",
  extents: readonly [number, number],
  more: object,
) {
  const shape = [...extents, 2] as [number, number, number];
  const spec: CircuitSpec = {
    version: 1,
    name: "chain",
    states: {
      x: known === "target" ? { shape, observed: { data: "image" } } : { channels: 2, observed: { data: "image" } },
      z: known === "source" ? { shape } : { channels: 2 },
    },
    errors: { e: { target: "x" } },
    synapses: { W: { from: "z", to: "e", kind, ...more } },
  };
  return compile(spec);
}

test("a stride-2 SAME deconvolution makes 32 of 16, and 16 is found from 32", () => {
  const up = chain("deconv2d", "source", [16, 16], { kernel: 3, stride: 2 });
  expect(up.ok && up.graph.states.get("x")?.shape).toEqual([32, 32, 2]);
  expect(up.ok && up.graph.states.get("x")?.shapeOrigin).toEqual({ kind: "inferred", from: "W", exact: false });
  const down = chain("deconv2d", "target", [31, 32], { kernel: 3, stride: 2 });
  expect(down.ok && down.graph.states.get("z")?.shape).toEqual([16, 16, 2]);
  expect(down.ok && down.graph.states.get("z")?.shapeOrigin).toEqual({ kind: "inferred", from: "W", exact: true });
});

test("whatever is inferred fits its synapse", () => {
  const side = fc.integer({ min: 1, max: 12 });
  const settings = fc.record({
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.constantFrom("same", "valid"),
  });
  fc.assert(
    fc.property(
      fc.constantFrom("conv2d", "deconv2d"),
      fc.constantFrom("source", "target"),
      fc.tuple(side, side),
      settings,
      (kind, known, extents, more) => {
        const result = chain(kind, known, extents, more);
        const fits = more.kernel.every((taps, axis) => taps <= extents[axis]!);
        const bigIsKnown = (kind === "conv2d") === (known === "source");
        // Only a VALID kernel that does not fit into the side it slides over leaves nothing to infer.
        expect(result.ok).toBe(!(more.padding === "valid" && bigIsKnown && !fits));
      },
    ),
  );
});
