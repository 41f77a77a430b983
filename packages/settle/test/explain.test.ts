/** Every format of every level, for every circuit that comes with Settle. */
import {
  compile,
  type Compiled,
  explain,
  explainFormats,
  explainLevels,
  type LoadedCircuit,
  loadCircuit,
  parseCircuit,
  predefinedCircuits,
} from "@settle/settle";
import katex from "katex";
import { describe, expect, it } from "vitest";

async function compiledCircuit(
  name: string,
): Promise<{ readonly circuit: LoadedCircuit; readonly compiled: Compiled }> {
  const circuit = await loadCircuit(name);
  const compiled = compile(circuit.spec, { source: circuit.source });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  return { circuit, compiled };
}

describe.each(await predefinedCircuits())("explaining %s", (name) => {
  it.each(explainLevels.filter((level) => level !== "plan"))("gives LaTeX after %s that KaTeX sets", async (level) => {
    const { compiled } = await compiledCircuit(name);
    const latex = await explain(compiled, level, "latex");
    const html = katex.renderToString(latex, { displayMode: true, strict: "error", throwOnError: true });
    expect(html).toContain("katex");
  });
});

describe("explaining a circuit", () => {
  it("gives something in every format at every level, and refuses LaTeX of the plan with what there is", async () => {
    const { compiled } = await compiledCircuit("ngc");
    for (const level of explainLevels) {
      for (const format of explainFormats) {
        if (level === "plan" && format === "latex") continue;
        expect((await explain(compiled, level, format)).length).toBeGreaterThan(200);
      }
    }
    await expect(explain(compiled, "plan", "latex")).rejects.toMatchObject({
      diagnostic: {
        code: "explain/no-latex",
        help: expect.stringContaining("normalize, resolve, derive, lower") as unknown,
      },
    });
  });

  it("says from which line of the file a value comes", async () => {
    const { circuit, compiled } = await compiledCircuit("conv-ngc");
    const lines = circuit.source.text!.split("\n");
    const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1;
    const normal = await explain(compiled, "normalize", "text", circuit.source);
    expect(normal).toMatch(new RegExp(`rate +0\\.1 +# from /settle/rate, line ${lineOf('"settle"')}\\n`));
    expect(normal).toMatch(new RegExp(`shape +\\[16, 16, 25\\] +# line ${lineOf('"z1"')}\\n`));
    expect(normal).toMatch(/derivative +false +# default\n/);
    const graph = await explain(compiled, "resolve", "text", circuit.source);
    expect(graph).toContain(`written in line ${lineOf('"z1"')}`);
  });

  it("names the parameter that a value comes from, also where it is a part of it or stands in the defaults", async () => {
    const text = JSON.stringify({
      version: 1,
      name: "family",
      parameters: { width: { default: 3, integer: true }, phi: { default: "tanh", options: ["tanh", "relu"] } },
      defaults: { state: { activation: { $parameter: "phi" } } },
      states: { x: { shape: [4, 4, 2], observed: { data: "image" } }, z: { shape: [4, 4, { $parameter: "width" }] } },
      errors: { e: { target: "x" } },
      synapses: { W: { from: "z", to: "e", kind: "conv2d", kernel: 3 } },
    });
    const { spec, source } = parseCircuit(text, { parameters: { width: 5 } });
    const compiled = compile(spec!, { source });
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
    const normal = await explain(compiled, "normalize", "text", source);
    expect(normal).toMatch(/shape +\[4, 4, 5\] +# line 1, parameter width\n/);
    expect(normal).toMatch(/shape +\[4, 4, 2\] +# line 1\n/);
    expect(normal).toMatch(/activation +tanh +# from \/defaults\/state\/activation, line 1, parameter phi\n/);
  });
});
