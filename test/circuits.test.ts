import { compile, printEquations } from "@settle/compiler";
import { verifyProgram } from "@settle/program";
import { circuitJsonSchema, parseCircuit } from "@settle/spec";
import { Ajv2020 } from "ajv/dist/2020.js";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type ExpectedValues, settlePredefined } from "./settle-predefined.ts";
import { root } from "./workspace.ts";

const folder = path.join(root, "circuits");
/** Expected values and printed equations are written anew only when asked for. */
const writesAnew = process.env["SETTLE_WRITE_EXPECTED"] === "1";
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const fileOf = (name: string, file: string): string => path.join(folder, name, file);
const textOf = (name: string): string => readFileSync(fileOf(name, "circuit.json"), "utf8");

/** What the papers count. @source ConvNGC section 4 */
const counts: Readonly<
  Record<string, { generative: number; error: number; bias: number; precision?: number; total: number }>
> = {
  "conv-ngc": { generative: 9225, error: 0, bias: 63, total: 9288 },
  // Its sizes are chosen: the paper gives none.
  "conv-ngc-residual": { generative: 4824, error: 4824, bias: 19, total: 9667 },
  "conv-ngc-separate": { generative: 9225, error: 9225, bias: 63, total: 18_513 },
  "conv-ngc-stable": { generative: 9225, error: 0, bias: 63, total: 9288 },
  "conv-ngc-lateral": { generative: 9225, error: 0, bias: 63, total: 9288 },
  "gncn-pdh": { generative: 953_280, error: 541_440, bias: 0, precision: 129_960, total: 1_624_680 },
  "gncn-t2-l-sigma": { generative: 541_440, error: 541_440, bias: 0, precision: 129_960, total: 1_212_840 },
  "gncn-t1": { generative: 541_440, error: 0, bias: 0, total: 541_440 },
  "gncn-t1-sigma": { generative: 541_440, error: 0, bias: 0, precision: 129_960, total: 671_400 },
  ngc: { generative: 734_400, error: 0, bias: 3672, total: 738_072 },
  pcn: { generative: 734_400, error: 0, bias: 3672, total: 738_072 },
  "conv-cycle": { generative: 3888, error: 0, bias: 31, total: 3919 },
  "conv-pair-hierarchical": { generative: 8397, error: 0, bias: 50, total: 8447 },
  "conv-pair-skips": { generative: 8412, error: 0, bias: 35, total: 8447 },
  "rao-ballard": { generative: 11_616, error: 0, bias: 3, total: 11_619 },
  "supervised-pcn": { generative: 217_728, error: 0, bias: 330, total: 218_058 },
};

/** What keeps a circuit from being a hierarchy; the others are one. */
const beyondHierarchy: Readonly<
  Record<string, { readonly cyclic?: boolean; readonly skips?: readonly string[]; readonly lateral?: boolean }>
> = {
  "conv-cycle": { cyclic: true },
  "conv-ngc-lateral": { lateral: true },
  "conv-pair-skips": { skips: ["S2", "S3"] },
  "gncn-pdh": { skips: ["S1", "S2"], lateral: true },
  "gncn-t2-l-sigma": { lateral: true },
};

const ajv = new Ajv2020({ allErrors: true });
const fitsSchema = ajv.compile(circuitJsonSchema());

describe("the predefined circuits", () => {
  it("are the ones that are counted here", () => {
    expect(names.toSorted()).toEqual(Object.keys(counts).toSorted());
  });

  describe.each(names)("%s", (name) => {
    const { spec, diagnostics, source } = parseCircuit(textOf(name), { file: `circuits/${name}/circuit.json` });
    if (spec === undefined) throw new Error(`${name} does not parse`);
    const compiled = compile(spec, { source });
    if (!compiled.ok) throw new Error(`${name} does not compile`);

    it("is named after its folder", () => {
      expect(spec.name).toBe(name);
    });

    it("fits the schema, for zod and for ajv, and warns of nothing", () => {
      expect(diagnostics).toEqual([]);
      expect(compiled.diagnostics).toEqual([]);
      fitsSchema(JSON.parse(textOf(name)));
      expect(fitsSchema.errors).toBeNull();
    });

    it("has as many parameters as the paper says", () => {
      expect(compiled.analysis.parameters).toMatchObject(counts[name] ?? {});
    });

    it.each(["clamped", "released", "free", "masked"] as const)("gives a Program that verifies with x %s", (mode) => {
      expect(verifyProgram(compiled.lower({ x: mode }))).toEqual([]);
    });

    it("is hierarchical, or not for the reasons it should have", () => {
      const { cyclic = false, skips = [], lateral = false } = beyondHierarchy[name] ?? {};
      const hierarchical = beyondHierarchy[name] === undefined;
      expect(compiled.analysis.class).toMatchObject({ hierarchical, cyclic, lateral, skips });
    });

    it("settles on the reference engine to its expected values", async () => {
      const file = fileOf(name, "expected.json");
      const values = await settlePredefined(compiled);
      if (writesAnew) writeFileSync(file, `${JSON.stringify(values, undefined, 2)}\n`);
      const expected = JSON.parse(readFileSync(file, "utf8")) as ExpectedValues;
      expect(values.input).toBe(expected.input);
      expectClose(values.discrepancies, expected.discrepancies);
      expectClose(values.statistics, expected.statistics);
    });

    it("has a README that names its counts and how to run it", () => {
      expect(existsSync(fileOf(name, "README.md"))).toBe(true);
      const readme = readFileSync(fileOf(name, "README.md"), "utf8");
      expect(readme).toContain(counts[name]?.total.toLocaleString("en"));
      expect(readme).toContain(`settle train ${name}`);
    });

    it("has a README with the equations the compiler derives", () => {
      const file = fileOf(name, "README.md");
      const equations = printEquations(compiled.equations, "text").trim();
      const fence = /(?<=```text equations\n).*?(?=\n```)/s;
      if (writesAnew)
        writeFileSync(
          file,
          readFileSync(file, "utf8").replace(fence, () => equations),
        );
      expect(fence.exec(readFileSync(file, "utf8"))?.[0]).toBe(equations);
    });
  });
});

type Numbers = Readonly<Record<string, readonly number[]>>;

/** Every number to 10⁻⁹ of the largest beside it: `exp` and `tanh` may differ in the last bit between machines. */
function expectClose(got: Numbers, wanted: Numbers): void {
  expect(Object.keys(got).toSorted()).toEqual(Object.keys(wanted).toSorted());
  for (const [id, numbers] of Object.entries(wanted)) {
    const scale = Math.max(...numbers.map(Math.abs), Number.MIN_VALUE);
    expect(got[id]?.length).toBe(numbers.length);
    for (const [i, number] of numbers.entries()) {
      expect(Math.abs((got[id]?.[i] ?? Number.NaN) - number) / scale).toBeLessThan(1e-9);
    }
  }
}
