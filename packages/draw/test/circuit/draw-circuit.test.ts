import { drawCircuit } from "@settle/draw";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
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
