import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pictureOfGraph } from "../../src/circuit/picture-of-graph.ts";
import type { Box, PictureLayout } from "../../src/circuit/picture-layout.ts";
import { placePicture } from "../../src/circuit/place-picture.ts";
import { compiled } from "../compiled.ts";

/** Dense circuits of any wiring: chains, skips, branches, cycles, self-prediction, competition within states. */
const wiring = fc.integer({ min: 2, max: 6 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    edges: fc.uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), {
      minLength: 1,
      maxLength: 7,
      selector: String,
    }),
    separate: fc.boolean(),
  }),
);

interface Wiring {
  readonly count: number;
  readonly edges: readonly (readonly [number, number])[];
  readonly separate: boolean;
  readonly competing?: boolean;
}

function circuitOf({ count, edges, separate, competing = false }: Wiring): object {
  const used = [...Array(count).keys()].filter((state) => edges.some((edge) => edge.includes(state)));
  const predicted = [...new Set(edges.map(([, to]) => to))];
  const by = <T>(list: readonly number[], key: string, value: (index: number) => T) =>
    Object.fromEntries(list.map((index) => [`${key}${index}`, value(index)]));
  return {
    version: 1,
    name: "random",
    defaults: { synapse: { kind: "dense", ...(separate ? { feedback: "separate" } : {}) } },
    states: by(used, "z", (index) => ({
      shape: index % 2 === 0 ? [3 + index] : [2, 2, 3],
      ...(index === used[0] ? { observed: { data: "image" } } : {}),
    })),
    errors: by(predicted, "e", (index) => ({ target: `z${index}`, bias: true })),
    ...(competing ? { laterals: by(used, "V", (index) => ({ from: `z${index}`, kind: "groups", size: 1 })) } : {}),
    synapses: Object.fromEntries(edges.map(([from, to]) => [`W${from}-${to}`, { from: `z${from}`, to: `e${to}` }])),
  };
}

const layoutOf = (circuit: object): Promise<PictureLayout> => placePicture(pictureOfGraph(compiled(circuit).graph, ""));

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe("the places in a picture", () => {
  it("keep labels off nodes and off each other, whatever the wiring", { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(wiring, async (drawn) => {
        const { units, links, width, height } = await layoutOf(circuitOf(drawn));
        const nodes = units.flatMap(({ unit, state, error }) => [
          { x: state.x - 29, y: state.y - 29, width: 58, height: 58 },
          ...(unit.error === undefined ? [] : [{ x: error.x - 14, y: error.y - 14, width: 28, height: 28 }]),
        ]);
        const labels = links.map(({ label }) => label);
        for (const [index, label] of labels.entries()) {
          expect(nodes.filter((node) => overlap(label, node))).toEqual([]);
          expect(labels.slice(index + 1).filter((other) => overlap(label, other))).toEqual([]);
        }
        for (const box of [...nodes, ...labels]) {
          expect(box.x).toBeGreaterThanOrEqual(0);
          expect(box.y).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-6);
          expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("keep the label of a competition off the notes of its state, however many", async () => {
    const edges: Wiring["edges"] = [[1, 0]];
    const picture = pictureOfGraph(
      compiled(circuitOf({ count: 2, edges, separate: false, competing: true })).graph,
      "",
    );
    for (const lines of [1, 2, 3, 4, 5]) {
      const notes = Array.from({ length: lines }, (_, k) => `note ${k}`);
      const { units, links } = await placePicture({
        ...picture,
        units: picture.units.map((unit) => ({ ...unit, notes })),
      });
      for (const { link, label } of links.filter((each) => each.link.kind === "lateral")) {
        const { y } = units.find(({ unit }) => unit.id === link.from)!.state;
        // Notes stand 16 apart around the middle of the state, their letters up to 11 high.
        expect(label.y + label.height).toBeLessThanOrEqual(y - 8 * (lines - 1) + 4 - 9);
      }
    }
  });

  it("do not depend on the order of the file", async () => {
    await fc.assert(
      fc.asyncProperty(wiring, async (drawn) => {
        const forwards = await layoutOf(circuitOf(drawn));
        expect(await layoutOf(circuitOf({ ...drawn, edges: drawn.edges.toReversed() }))).toEqual(forwards);
      }),
      { numRuns: 10 },
    );
  });

  it("put the states of a chain into one column, each a row higher than what it predicts", async () => {
    const { units } = await layoutOf(
      circuitOf({
        count: 3,
        edges: [
          [1, 0],
          [2, 1],
        ],
        separate: false,
      }),
    );
    expect(new Set(units.map(({ state }) => Math.round(state.x))).size).toBe(1);
    const heights = units.map(({ state }) => state.y);
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
  });

  it("follow the levels of the circuit where branches end at different depths", async () => {
    // 3 → 2 → 1 and 3 → 0: state 0 is one level higher than state 1.
    const wires = {
      count: 4,
      edges: [
        [2, 1],
        [3, 2],
        [3, 0],
      ],
      separate: false,
    } as const;
    const { units } = await layoutOf(circuitOf(wires));
    const rowOf = (id: string) => units.find(({ unit }) => unit.id === id)?.unit.row;
    expect(["z0", "z1", "z2", "z3"].map(rowOf)).toEqual([1, 0, 1, 2]);
  });

  it("let a prediction end at the top of its error node, and feedback at the bottom of its state", async () => {
    const { units, links } = await layoutOf(circuitOf({ count: 2, edges: [[1, 0]], separate: false }));
    const [bottom, top] = units;
    const tipOf = (kind: string) => links.find(({ link }) => link.kind === kind)!.curve.at(-1)!;
    expect(tipOf("generative").y).toBeLessThan(bottom!.error.y);
    expect(tipOf("generative").y).toBeGreaterThan(bottom!.error.y - 28);
    expect(tipOf("feedback").y).toBeGreaterThan(top!.state.y);
    expect(tipOf("feedback").y).toBeLessThan(top!.state.y + 31);
  });
});
