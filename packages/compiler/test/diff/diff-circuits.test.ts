import { compile, type Compiled, diffCircuits, printDiff } from "@settle/compiler";
import { type CircuitSpec, validateCircuit } from "@settle/spec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

function compiled(circuit: object): Compiled {
  const { spec, diagnostics } = validateCircuit(circuit);
  if (spec === undefined) throw new Error(JSON.stringify(diagnostics));
  const result = compile(spec);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result;
}

const chain = {
  version: 1,
  name: "chain",
  defaults: { synapse: { kind: "dense" } },
  states: { x: { shape: [8], observed: { data: "image" } }, z1: { shape: [6] }, z2: { shape: [4] } },
  errors: { e0: { target: "x", bias: true }, e1: { target: "z1" } },
  synapses: { W1: { from: "z1", to: "e0" }, W2: { from: "z2", to: "e1" } },
} satisfies CircuitSpec;

const between = (a: object, b: object) => diffCircuits(compiled(a), compiled(b));

describe("the difference of two circuits", () => {
  it("is none where one writes out what the other leaves to defaults", () => {
    const written = {
      ...chain,
      title: "another title",
      states: { ...chain.states, z2: { shape: [4], activation: "identity", rate: 0.1 } },
    };
    expect(between(chain, written)).toMatchObject({ same: true, states: [], errors: [], synapses: [], settings: [] });
    expect(printDiff(between(chain, written))).toContain("The same circuit");
  });

  it("names what was added, removed, reshaped, rewired and set otherwise", async () => {
    const other = {
      ...chain,
      states: { x: chain.states.x, z1: { shape: [5] }, z2: { shape: [4] }, z3: { shape: [3] } },
      errors: { e0: { target: "x" }, e1: { target: "z1" } },
      synapses: {
        W1: { from: "z1", to: "e0" },
        W2: { from: "z3", to: "e1" },
        S: { from: "z2", to: "e0", feedback: "separate" },
      },
      settle: { steps: 20 },
    };
    await expect(printDiff(between(chain, other))).toMatchFileSnapshot("changed.txt");
    const diff = between(chain, other);
    expect(diff.states).toContainEqual({ change: "added", id: "z3", what: "[3]" });
    expect(diff.synapses.find(({ id }) => id === "W2")).toEqual({
      change: "changed",
      id: "W2",
      fields: [{ field: "from", before: "z2", after: "z3" }],
    });
    expect(diff.settings).toEqual([{ field: "settle.steps", before: "60", after: "20" }]);
    expect(diff.figures).toContainEqual({ field: "parameters.bias", before: "8", after: "0" });
  });

  it("pairs the parts of a circuit that was only renamed, and finds nothing else", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-w][a-z]{2,4}$/), { minLength: 7, maxLength: 7 }), (names) => {
        const [x, z1, z2, e0, e1, v1, v2] = names as [string, string, string, string, string, string, string];
        const renamed = {
          ...chain,
          states: { [x]: chain.states.x, [z1]: chain.states.z1, [z2]: chain.states.z2 },
          errors: { [e0]: { target: x, bias: true }, [e1]: { target: z1 } },
          synapses: { [v1]: { from: z1, to: e0 }, [v2]: { from: z2, to: e1 } },
        };
        const { states, errors, synapses, settings, figures } = between(chain, renamed);
        for (const part of [...states, ...errors, ...synapses])
          expect(part).toMatchObject({ change: "changed", fields: [] });
        expect(new Set(states.map((part) => "was" in part && part.was))).toEqual(new Set(["x", "z1", "z2"]));
        expect([settings, figures]).toEqual([[], []]);
      }),
      { numRuns: 30 },
    );
  });

  it("pairs a renamed state that was reshaped by what it predicts", () => {
    const renamed = {
      ...chain,
      states: { x: chain.states.x, hidden: { shape: [7] }, top: { shape: [4] } },
      errors: { e0: { target: "x", bias: true }, e1: { target: "hidden" } },
      synapses: { W1: { from: "hidden", to: "e0" }, W2: { from: "top", to: "e1" } },
    };
    expect(between(chain, renamed).states).toEqual([
      { change: "changed", id: "hidden", was: "z1", fields: [{ field: "shape", before: "[6]", after: "[7]" }] },
      { change: "changed", id: "top", was: "z2", fields: [] },
    ]);
  });

  it("pairs lateral synapses by their ends where their names differ", () => {
    const competing = (laterals: object) => ({ ...chain, laterals });
    const before = competing({ V: { from: "z1", kind: "groups", size: 2 } });
    const after = competing({
      L: { from: "z1", kind: "groups", size: 3 },
      M: { from: "z2", kind: "groups", size: 2 },
    });
    expect(between(before, after).laterals).toEqual([
      { change: "changed", id: "L", was: "V", fields: [{ field: "weights.size", before: "2", after: "3" }] },
      { change: "added", id: "M", what: "z2 → z2, groups" },
    ]);
  });

  it("compares the stages of a block place by place", () => {
    const withBlock = (kernel: number, more: readonly object[]) => ({
      version: 1,
      name: "block",
      states: { x: { shape: [4, 4, 3], observed: { data: "image" } }, z: { shape: [4, 4, 3] } },
      errors: { e: { target: "x" } },
      synapses: {
        R: { from: "z", to: "e", kind: "block", stages: [{ kind: "conv2d", kernel, channels: 3 }, ...more] },
      },
    });
    const [change] = between(withBlock(3, []), withBlock(5, [{ kind: "conv2d", kernel: 3, channels: 3 }])).synapses;
    expect(change).toMatchObject({ change: "changed", id: "R" });
    expect(change?.change === "changed" && change.fields.map(({ field }) => field)).toEqual([
      "block.stages[0].kernel",
      "block.stages[1]",
    ]);
  });

  it("turns around when the circuits do", () => {
    const other = {
      ...chain,
      states: { ...chain.states, z2: { shape: [9] } },
      errors: { ...chain.errors, e0: { target: "x" } },
    };
    const swap = (fields: readonly { field: string; before?: string; after?: string }[]) =>
      fields.map(({ field, before, after }) => ({ field, before: after, after: before }));
    const there = between(chain, other);
    const back = between(other, chain);
    expect(swap(back.figures)).toEqual(
      there.figures.map((change) => ({ before: undefined, after: undefined, ...change })),
    );
    expect(back.states.map(({ id }) => id)).toEqual(there.states.map(({ id }) => id));
  });
});
