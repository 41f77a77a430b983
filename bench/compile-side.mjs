// Compiles conv-ngc from its text to a Program, once cold and many times warm.
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { compile, parseCircuit } from "@settle/settle";
import { median } from "./median.mjs";
import { answer } from "./side.mjs";

const file = new URL("../circuits/conv-ngc/circuit.json", import.meta.url);

answer(async () => {
  const text = await readFile(file, "utf8");
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
  return { cold, warm: median(warm), fastest: Math.min(...warm), repeats };
});
