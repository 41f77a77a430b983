import { drawCircuit } from "@settle/draw";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { textWidth } from "../../src/text-width.ts";
import { compiled } from "../compiled.ts";

const fixture = (path: string): string => new URL(`../../fixtures/${path}`, import.meta.url).pathname;
const small = JSON.parse(readFileSync(fixture("small/circuit.json"), "utf8")) as object;

it("a small circuit is drawn as written down", async () => {
  await expect(await drawCircuit(compiled(small))).toMatchFileSnapshot(fixture("small/draw.svg"));
});

it("a picture names every part and what it is", async () => {
  const svg = await drawCircuit(compiled(small));
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  for (const text of ["small", "x", "z", "e", "W", "Wᵀ", "dense", "4×4×1", "image", "φ tanh", "g sigmoid", "bias"]) {
    expect(texts).toContain(text);
  }
});

it.each(["e", "e_image", "e_label", "e-hidden-1", "prediction", "top_down"])(
  "the name of an error node stays inside its diamond: %s",
  async (id) => {
    const circuit = {
      ...small,
      errors: { [id]: { target: "x" } },
      synapses: { W: { from: "z", to: id, kind: "dense" } },
    };
    const svg = await drawCircuit(compiled(circuit));
    const [, corners = ""] = /<polygon points="([^"]*)" fill="#fdeedc"/.exec(svg)!;
    const [top, right] = corners.split(" ").map((corner) => corner.split(",").map(Number));
    const [x, y, radius] = [top![0]!, right![1]!, right![0]! - top![0]!];
    const lines = [
      ...svg.matchAll(/<text[^>]* x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)" font-weight="bold"[^>]*>([^<]*)</g),
    ]
      .map(([, left, base, size, text]) => ({
        left: Number(left),
        base: Number(base),
        size: Number(size),
        text: text!,
      }))
      .filter(({ left, text }) => Math.abs(left - x) < 0.1 && id.includes(text));
    expect(lines.map(({ text }) => text).join("")).toBe(id);
    for (const { base, size, text } of lines) {
      // Letters reach up to 0.72 of their size above their base line; those of these names not below it by more than 0.2.
      const far = Math.max(Math.abs(base - 0.54 * size - y), Math.abs(base - 0.18 * size - y));
      expect(textWidth(text, size) / 2 + far).toBeLessThanOrEqual(radius);
    }
  },
);

it("names that XML cannot hold are escaped", async () => {
  const circuit = { ...small, states: { x: { shape: [4], observed: { data: '<&"' } }, z: { shape: [6] } } };
  const svg = await drawCircuit(compiled(circuit));
  expect(svg).toContain("&lt;&amp;&quot;");
  expect(svg).not.toContain('<&"');
});

it("a block is drawn as a box of its stages, its error pathway as one that is passed upwards", async () => {
  const stages = [
    {
      kind: "deconv2d",
      kernel: 3,
      stride: 2,
      channels: 5,
      pool: { kind: "max", size: 2, stride: 1 },
      activation: "relu",
    },
    { kind: "conv2d", kernel: 3, feedback: "separate", activation: "tanh" },
  ];
  const svg = await drawCircuit(
    compiled({
      version: 1,
      name: "residual",
      states: { x: { shape: [8, 8, 3], observed: { data: "image" } }, z: { shape: [4, 4, 6] } },
      errors: { e: { target: "x" } },
      synapses: { R: { from: "z", to: "e", kind: "block", skip: "projection", stages } },
    }),
  );
  const heights = new Map(
    [...svg.matchAll(/<text[^>]* y="([\d.]+)"[^>]*>([^<]*)</g)].map(([, y, text]) => [text, Number(y)]),
  );
  const heightOf = (text: string): number => heights.get(text) ?? Number.NaN;
  // 4×4 doubled; a pool of stride 1 leaves it.
  const first = "deconv 3×3 / 2 · max pool 2×2 · relu → 8×8×5";
  expect(heightOf("with projection skip")).toBeLessThan(heightOf(first));
  expect(heightOf(first)).toBeLessThan(heightOf("conv 3×3 · tanh"));
  expect(heightOf("LRA")).toBeLessThan(heightOf("(deconv 3×3 / 2)ᵀ"));
  expect(heightOf("(deconv 3×3 / 2)ᵀ")).toBeLessThan(heightOf("E conv 3×3"));
});
