/**
 * The pages of docs/passes show what the compiler makes of their circuit now.
 * SETTLE_WRITE_EXPECTED=1 npx vitest run test/passes writes the generated parts anew.
 */
import { codes, docsPage } from "@settle/diagnostics";
import { compile, type Compiled, drawCircuit, explain, loadCircuit } from "@settle/settle";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { filesUnder, readText, root } from "./workspace.ts";

const writesAnew = process.env["SETTLE_WRITE_EXPECTED"] === "1";
const exampleFile = "docs/passes/example.json";

const { spec, source } = await loadCircuit(exampleFile, { from: root });
const result = compile(spec, { source });
if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
const compiled: Compiled = result;

const fence = (text: string, language = "text"): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
const level = async (after: Parameters<typeof explain>[1], format?: Parameters<typeof explain>[2]): Promise<string> =>
  explain(compiled, after, format, source);

/** Of a printed Program or plan: what comes before the phases (if `head`), and the named ones. */
function phasesOf(text: string, names: readonly string[], head: boolean): string {
  const [first = "", ...phases] = text.split(/\n(?=phase )/);
  const wanted = phases.filter((phase) => names.some((name) => phase.startsWith(`phase ${name}\n`)));
  return [...(head ? [first] : []), ...wanted].join("\n");
}

function diagnosticsOf(stage: string): string {
  const rows = Object.entries(codes).filter(([code]) => code.startsWith(`${stage}/`));
  return rows
    .map(([code, { meaning }]) => `- [${code}](../${docsPage(code).replace(/^docs\//, "")}): ${meaning}`)
    .join("\n");
}

function figures(): string {
  const { parameters, flopsPerStep, flopsPerSettle, steps, memory } = compiled.analysis;
  return [
    `- ${parameters.total} parameters: ${parameters.generative} generative, ${parameters.error} error, ${parameters.bias} biases`,
    `- ${flopsPerStep} FLOP a step, ${flopsPerSettle} a settle of ${steps} steps with its readout, for one sample`,
    `- ${memory.parameters} bytes of parameters and moments, ${memory.perSample} a sample, in float32`,
  ].join("\n");
}

const generators: Readonly<Record<string, () => string | Promise<string>>> = {
  circuit: () => fence(readText(exampleFile), "json circuit"),
  normalize: async () => fence(await level("normalize")),
  resolve: async () => fence(await level("resolve")),
  "resolve mermaid": async () => fence(await level("resolve", "mermaid"), "mermaid"),
  derive: async () => fence(await level("derive")),
  "derive latex": async () => fence(await level("derive", "latex"), "latex"),
  "lower settling": async () => fence(phasesOf(await level("lower"), ["start", "step", "readout"], true)),
  "lower learning": async () => fence(phasesOf(await level("lower"), ["accumulate", "apply"], false)),
  "plan step": async () => fence(phasesOf(await level("plan"), ["step"], false)),
  "diagnostics normalize": () => diagnosticsOf("normalize"),
  "diagnostics resolve": () => diagnosticsOf("resolve"),
  figures,
};

const part = /<!-- generated: ([a-z ]+) -->\n[^]*?<!-- end of generated -->/g;

async function regenerated(page: string): Promise<string> {
  const made = new Map<string, string>();
  for (const [, name = ""] of page.matchAll(part)) {
    const generate = generators[name];
    if (generate === undefined) throw new Error(`nothing generates "${name}"`);
    made.set(name, await generate());
  }
  return page.replaceAll(
    part,
    (_all, name: string) => `<!-- generated: ${name} -->\n\n${made.get(name)}\n\n<!-- end of generated -->`,
  );
}

const pages = filesUnder("docs/passes").filter((file) => file.endsWith(".md"));

it("there is a page for each pass, and one for all levels", () => {
  expect(pages.map((file) => path.basename(file)).toSorted()).toEqual([
    "01-normalize.md",
    "02-resolve.md",
    "03-derive.md",
    "04-lower.md",
    "05-plan.md",
    "README.md",
    "walkthrough.md",
  ]);
});

it.each(pages)("%s is current", async (file) => {
  const page = readText(file);
  const now = await regenerated(page);
  if (writesAnew) writeFileSync(path.join(root, file), now);
  else expect(page).toBe(now);
});

it("the picture of their circuit is current", async () => {
  const svg = await drawCircuit(compiled);
  if (writesAnew) writeFileSync(path.join(root, "docs/passes/two-level.svg"), svg);
  else expect(readText("docs/passes/two-level.svg")).toBe(svg);
});
