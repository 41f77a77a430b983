import { compile, type TopologyAnalysis } from "@settle/compiler";
import { validateCircuit } from "@settle/spec";
import { expect, it } from "vitest";

/** Dense states of 2 numbers (x: 3), wired as said: `zy` is z predicting y. */
function topologyOf(...wires: readonly string[]): TopologyAnalysis {
  const states = [...new Set(wires.join(""))];
  const targets = [...new Set(wires.map((wire) => wire[1]!))];
  const { spec } = validateCircuit({
    version: 1,
    name: "wired",
    defaults: { synapse: { kind: "dense" } },
    states: Object.fromEntries(
      states.map((id) => [id, id === "x" ? { shape: [3], observed: { data: "image" } } : { shape: [2] }]),
    ),
    errors: Object.fromEntries(targets.map((id) => [`e${id}`, { target: id }])),
    synapses: Object.fromEntries(wires.map((wire) => [wire, { from: wire[0]!, to: `e${wire[1]!}` }])),
  });
  const result = compile(spec!);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.analysis.topology;
}

it("a chain is broken by nothing, and each state is as far from the data as it is high", () => {
  expect(topologyOf("yx", "zy")).toMatchObject({
    breaking: [],
    cycles: [],
    paths: [
      { from: "y", to: "x", shortest: 1, longest: 1 },
      { from: "z", to: "x", shortest: 2, longest: 2 },
    ],
    projection: { order: ["z", "y", "x"], ownLaw: [{ state: "z" }] },
  });
});

it("a skip breaks the hierarchy and shortens a path", () => {
  const { breaking, paths } = topologyOf("yx", "zy", "zx");
  expect(breaking).toEqual(["zx"]);
  expect(paths).toContainEqual({ from: "z", to: "x", shortest: 1, longest: 2 });
});

it("a cycle names the synapses that close it, and has no longest path", () => {
  const { breaking, cycles, paths, projection } = topologyOf("yx", "zy", "yz");
  expect(breaking).toEqual(["yz", "zy"]);
  expect(cycles).toMatchObject([{ states: ["y", "z"], synapses: ["yz", "zy"] }]);
  expect(paths).toEqual([
    { from: "y", to: "x", shortest: 1 },
    { from: "z", to: "x", shortest: 2 },
  ]);
  expect(projection.ownLaw.map(({ state }) => state)).toEqual(["y", "z"]);
});

it("a state that predicts itself is a cycle of one", () => {
  const { breaking, cycles } = topologyOf("yx", "yy");
  expect(breaking).toEqual(["yy"]);
  expect(cycles[0]?.start).toBe("y starts from its own law, not from a prediction");
});

it("a lateral synapse breaks the hierarchy, and leaves levels and paths as they were", () => {
  const chain = {
    version: 1,
    name: "lateral",
    defaults: { synapse: { kind: "dense" } },
    states: { x: { shape: [3], observed: { data: "image" } }, y: { shape: [4] } },
    errors: { ex: { target: "x" } },
    synapses: { W: { from: "y", to: "ex" } },
    laterals: { V: { from: "y", kind: "groups", size: 2 } },
  };
  const result = compile(validateCircuit(chain).spec!);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  expect(result.analysis.topology).toMatchObject({
    breaking: ["V"],
    laterals: [{ id: "V", from: "y", to: "y" }],
    paths: [{ from: "y", to: "x", shortest: 1, longest: 1 }],
  });
  expect(result.analysis.topology.nodes.find(({ id }) => id === "y")?.in.synapses).toBe(2);
});

it("what meets at a node is counted in synapses, weights and connections", () => {
  const { nodes } = topologyOf("yx", "zx");
  expect(nodes.find(({ id }) => id === "ex")).toEqual({
    id: "ex",
    kind: "error",
    units: 3,
    in: { synapses: 2, weights: 12, connections: 12 },
    out: { synapses: 2, weights: 12, connections: 12 },
  });
  expect(nodes.find(({ id }) => id === "y")).toMatchObject({
    units: 2,
    in: { synapses: 1, weights: 6 },
    out: { synapses: 1, connections: 6 },
  });
});
