import { readdirSync, readFileSync } from "node:fs";
import { compile, printEquations } from "@settle/compiler";
import { parseCircuit } from "@settle/spec";
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
