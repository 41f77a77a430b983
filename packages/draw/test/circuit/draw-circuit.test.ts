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
