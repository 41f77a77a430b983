// Compiles conv-ngc from its text to a Program, once cold and many times warm; prints milliseconds as one line of JSON.
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { compile, parseCircuit } from "@settle/settle";
import { median } from "./median.mjs";

const text = await readFile(new URL("../circuits/conv-ngc/circuit.json", import.meta.url), "utf8");
const once = () => {
  const from = performance.now();
  const { spec } = parseCircuit(text);
  if (spec === undefined || !compile(spec).ok) throw new Error("conv-ngc does not compile");
  return performance.now() - from;
};
const cold = once();
for (let k = 0; k < 20; k++) once();
const repeats = 101;
const warm = Array.from({ length: repeats }, once);
process.stdout.write(`${JSON.stringify({ cold, warm: median(warm), fastest: Math.min(...warm), repeats })}\n`);
