import { readdirSync, readFileSync } from "node:fs";
import { compile, printEquations } from "@settle/compiler";
import { type CircuitSpec, parseCircuit } from "@settle/spec";
import katex from "katex";
import { expect, test } from "vitest";

const root = new URL("../../../../", import.meta.url);
const load = (path: string) => {
  const { spec } = parseCircuit(readFileSync(new URL(path, root), "utf8"));
  const result = compile(spec!);
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.equations;
};

test("conv-ngc reads as equations 1 and 2 of its paper", () => {
  const latex = printEquations(load("circuits/conv-ngc/circuit.json"), "latex");
  expect(latex).toContain(
    "\\bar{\\mathbf{z}}^{1} &= \\mathbf{W}^{2} \\circledast \\phi\\left(\\mathbf{z}^{2}\\right) + \\mathbf{b}^{1}",
  );
  expect(latex).toContain("\\mathbf{e}^{1} &= \\mathbf{z}^{1} - \\bar{\\mathbf{z}}^{1}");
  expect(latex).toContain(
    "\\mathbf{d}_{\\mathbf{z}^{1}} &= -\\mathbf{e}^{1} + {\\mathbf{W}^{1}}^{\\top} \\ast \\mathbf{e}^{0}",
  );
  expect(latex).toContain(
    "\\mathbf{z}^{1} &\\leftarrow \\mathbf{z}^{1} + 0.1\\,\\mathbf{d}_{\\mathbf{z}^{1}} - 0.001\\,\\mathbf{z}^{1}",
  );
  const separate = printEquations(load("circuits/conv-ngc-separate/circuit.json"), "latex");
  expect(separate).toContain("-\\mathbf{e}^{1} + \\mathbf{E}^{1} \\ast \\mathbf{e}^{0}");
});

test("says how each integrator moves the states, and where it is stable", () => {
  const withSettle = (settle: CircuitSpec["settle"]): string => {
    const result = compile({
      version: 1,
      name: "chain",
      states: { x: { shape: [3], observed: { data: "image" } }, z: { shape: [2] } },
      errors: { e: { target: "x" } },
      synapses: { W: { from: "z", to: "e", kind: "dense" } },
      settle: settle!,
    });
    if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
    return printEquations(result.equations);
  };
  expect(withSettle({ rate: 0.1 })).toContain("  z ← z + 0.1·d(z)\n\nlearning");
  const heavyBall = withSettle({ rate: 0.1, integrator: { kind: "momentum", factor: 0.8 } });
  expect(heavyBall).toContain("  f(z) = 0.1·d(z)\n");
  expect(heavyBall).toContain("  v ← 0.8·v + f(z), z ← z + v   (v = 0 at the start; heavy ball)\n");
  expect(heavyBall).toContain("  stable while β·λmax < 3.6 (Euler steps: 2)\n");
  const nesterov = withSettle({
    rate: { auto: 0.9 },
    tolerance: 0.001,
    integrator: { kind: "momentum", factor: 0.8, nesterov: true },
  });
  expect(nesterov).toContain("  v ← 0.8·v + f(z + 0.8·v), z ← z + v   (v = 0 at the start; Nesterov)\n");
  expect(nesterov).toContain("  β = 0.9 · 1.385/λmax, estimated every 10 updates\n");
  expect(nesterov).toContain("  a sample stops where its discrepancy changes by less than 0.001 of itself in 3 steps");
  const adaptive = withSettle({ integrator: { kind: "adaptive", tolerance: 0.01 } });
  expect(adaptive).toContain("where ε ≤ 0.01: z ← z + ½·h·(k₁ + k₂), t ← t + h; elsewhere the sample stays\n");
  expect(withSettle({ integrator: "rk4" })).toContain("stable while β·λmax < 2.785 (Euler steps: 2)\n");
});

const fixtures = readdirSync(new URL("packages/compiler/fixtures/", root)).filter((name) => !name.startsWith("error-"));
test.each([
  ...readdirSync(new URL("circuits/", root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `circuits/${entry.name}/circuit.json`),
  ...fixtures.map((name) => `packages/compiler/fixtures/${name}/circuit.json`),
])("the LaTeX of %s is sound", (path) => {
  const latex = printEquations(load(path), "latex");
  expect(() => katex.renderToString(latex, { displayMode: true, throwOnError: true, strict: "error" })).not.toThrow();
});
