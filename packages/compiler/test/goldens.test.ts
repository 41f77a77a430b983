/** Every fixture's levels, or its rendered diagnostics, against the files beside it. `vitest -u` writes them anew. */
import { readdirSync, readFileSync } from "node:fs";
import { compile, printEquations, printGraph, printNormal } from "@settle/compiler";
import { renderDiagnostics } from "@settle/diagnostics";
import { printProgram, serializeProgram, parseProgram, verifyProgram } from "@settle/program";
import { parseCircuit } from "@settle/spec";
import { describe, expect, test } from "vitest";

const folder = new URL("../fixtures/", import.meta.url);
const names = readdirSync(folder).toSorted();

describe.each(names.filter((name) => !name.startsWith("error-")))("the circuit %s", (name) => {
  const { spec, source, diagnostics } = parseCircuit(readFileSync(new URL(`${name}/circuit.json`, folder), "utf8"));
  if (spec === undefined) throw new Error(JSON.stringify(diagnostics));
  const result = compile(spec, { source });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const golden = (file: string): string => new URL(`${name}/${file}`, folder).pathname;

  test("warns of nothing", () => expect(result.diagnostics).toEqual([]));
  test("normalizes as written down", () =>
    expect(printNormal(result.normal)).toMatchFileSnapshot(golden("normalize.txt")));
  test("resolves as written down", () => expect(printGraph(result.graph)).toMatchFileSnapshot(golden("resolve.txt")));
  test("derives as written down", async () => {
    await expect(printEquations(result.equations)).toMatchFileSnapshot(golden("derive.txt"));
    await expect(printEquations(result.equations, "latex")).toMatchFileSnapshot(golden("derive.tex"));
  });
  test("lowers as written down", () => expect(printProgram(result.program)).toMatchFileSnapshot(golden("lower.txt")));

  test("makes sound Programs for every mode, which survive a file", () => {
    for (const mode of ["clamped", "released", "free", "masked"] as const) {
      const observed = [...result.graph.states.values()].filter((state) => state.observed !== undefined);
      const program = result.lower(Object.fromEntries(observed.map((state) => [state.id, mode])));
      expect(verifyProgram(program)).toEqual([]);
      expect(parseProgram(serializeProgram(program))).toEqual({ program });
    }
  });
});

describe.each(names.filter((name) => name.startsWith("error-")))("the fault %s", (name) => {
  test("is told as written down", async () => {
    const text = readFileSync(new URL(`${name}/circuit.json`, folder), "utf8");
    const { spec, source, diagnostics } = parseCircuit(text, { file: `fixtures/${name}/circuit.json` });
    expect(diagnostics).toEqual([]);
    const result = compile(spec!, { source });
    expect(result.diagnostics.length).toBeGreaterThan(0);
    await expect(`${renderDiagnostics(result.diagnostics, text)}\n`).toMatchFileSnapshot(
      new URL(`${name}/diagnostics.txt`, folder).pathname,
    );
  });
});
