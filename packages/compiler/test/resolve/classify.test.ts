import { compile } from "@settle/compiler";
import type { CircuitSpec } from "@settle/spec";
import fc from "fast-check";
import { expect, test } from "vitest";
import { classify } from "../../src/resolve/classify.ts";

/** `a>b` is a synapse from a to b. */
function topologyOf(...edges: readonly string[]) {
  const parsed = edges.map((id) => ({ id, from: id.split(">")[0]!, target: id.split(">")[1]! }));
  const states = [...new Set(parsed.flatMap(({ from, target }) => [from, target]))].toSorted();
  return classify(states, parsed);
}

test("a chain is hierarchical", () => {
  const { class: kind, startOrder } = topologyOf("c>b", "b>a");
  expect(kind).toMatchObject({ hierarchical: true, cyclic: false, skips: [], reasons: [] });
  expect(startOrder).toEqual(["c", "b", "a"]);
});

test("a tree with branches of one level each is hierarchical", () => {
  expect(topologyOf("c>b1", "c>b2", "b1>a1", "b2>a2", "b1>a2").class.hierarchical).toBe(true);
});

test("branches of different depth are hierarchical: the shorter one ends at a higher level", () => {
  const { class: kind } = topologyOf("top>b", "b>image", "top>label");
  expect(kind).toMatchObject({ hierarchical: true, skips: [] });
  expect(Object.fromEntries(kind.levels)).toEqual({ top: 2, b: 1, image: 0, label: 1 });
});

test("two roads of different length between the same states are not", () => {
  expect(topologyOf("d>c", "c>b", "b>a", "d>a2", "a2>a").class.hierarchical).toBe(false);
});

test("a graph is hierarchical exactly if some levels fit, however they are sought", () => {
  const names = ["a", "b", "c", "d", "e"];
  const edge = fc.tuple(fc.nat(4), fc.nat(4)).filter(([i, j]) => i !== j);
  const everyLevelling = Array.from({ length: 5 ** 5 }, (_, code) =>
    names.map((_name, index) => Math.floor(code / 5 ** index) % 5),
  );
  fc.assert(
    fc.property(fc.array(edge, { minLength: 1, maxLength: 6 }), (edges) => {
      const { class: kind } = classify(
        names,
        edges.map(([i, j], index) => ({ id: `${index}`, from: names[i]!, target: names[j]! })),
      );
      const fits = everyLevelling.some((level) => edges.every(([i, j]) => 1 === level[i]! - level[j]!));
      expect(kind.hierarchical).toBe(fits);
    }),
    { numRuns: 200 },
  );
});

test("a synapse over two levels is a skip, and is named", () => {
  const { class: kind } = topologyOf("c>b", "b>a", "c>a");
  expect(kind).toMatchObject({ hierarchical: false, cyclic: false, skips: ["c>a"] });
  expect(kind.reasons).toEqual(["c>a (c → a) spans 2 levels"]);
});

test("states that predict each other are a cycle; those above it have no level", () => {
  const { class: kind, cycleOf } = topologyOf("b>a", "b>c", "c>b", "d>c");
  expect(kind).toMatchObject({ hierarchical: false, cyclic: true });
  expect(kind.cycles).toEqual([["b", "c"]]);
  expect([...cycleOf.keys()].toSorted()).toEqual(["b", "c"]);
  expect(kind.levels.has("d")).toBe(false);
});

test("a state that predicts itself is a cycle of its own", () => {
  expect(topologyOf("a>a", "a>x").class.reasons).toEqual(["a predicts itself"]);
});

test("the order of starting puts sources first in every acyclic graph", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const edge = fc.tuple(fc.nat(5), fc.nat(5)).filter(([i, j]) => i < j);
  fc.assert(
    fc.property(fc.array(edge), (edges) => {
      const { startOrder } = classify(
        names,
        edges.map(([i, j]) => ({ id: `${i}${j}`, from: names[j]!, target: names[i]! })),
      );
      for (const [i, j] of edges) expect(startOrder.indexOf(names[j]!)).toBeLessThan(startOrder.indexOf(names[i]!));
    }),
  );
});

test("the order in which a file lists its parts changes nothing", () => {
  const spec: CircuitSpec = {
    version: 1,
    name: "any-order",
    states: {
      x: { shape: [4], observed: { data: "image" } },
      a: { shape: [3], activation: "tanh" },
      b: { shape: [2] },
      c: { shape: [2] },
    },
    errors: { ex: { target: "x", bias: true }, ea: { target: "a" }, eb: { target: "b" } },
    synapses: {
      W: { from: "a", to: "ex", kind: "dense" },
      V: { from: "b", to: "ea", kind: "dense" },
      U: { from: "c", to: "eb", kind: "dense" },
      S: { from: "c", to: "ex", kind: "dense" },
    },
  };
  const reference = compile(spec);
  const shuffled = <T>(record: Readonly<Record<string, T>>) =>
    fc
      .shuffledSubarray(Object.keys(record), { minLength: Object.keys(record).length })
      .map((keys) => Object.fromEntries(keys.map((key) => [key, record[key]!])));
  fc.assert(
    fc.property(shuffled(spec.states), shuffled(spec.errors), shuffled(spec.synapses), (states, errors, synapses) => {
      const result = compile({ ...spec, states, errors, synapses });
      expect(result.ok && result.program).toEqual(reference.ok && reference.program);
    }),
    { numRuns: 30 },
  );
});
