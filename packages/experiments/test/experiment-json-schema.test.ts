import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { parse } from "jsonc-parser";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { experimentJsonSchema, type ExperimentSpec, validateExperiment } from "@settle/experiments";

const schema = experimentJsonSchema();
const root = fileURLToPath(new URL("../../../", import.meta.url));
const published = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

const whole: ExperimentSpec = {
  version: 1,
  name: "all",
  circuits: {
    flat: { circuit: "a.json", title: "Flat", parameters: { width: 3, deep: true } },
    deep: {
      circuit: "b.json",
      merge: { states: { z: null } },
      patch: [{ op: "replace", path: "/states/z1/shape/2", value: 3 }],
      train: { by: "backpropagation" },
      adjust: ["/states/z1/shape/2"],
    },
  },
  autoencoders: { ae: { kind: "conv-ae", title: "Autoencoder", batch: 8, rate: 0.01 } },
  baseline: "flat",
  data: { train: "color-mnist", split: "train", limit: 10 },
  training: { epochs: 1, batch: 2, rate: 0.1 },
  seeds: [1, 2],
  equal: ["parameters", "settleSteps"],
  tolerance: 0.02,
  tasks: {
    clean: { task: "reconstruct", limit: 5, batch: 5 },
    noisy: { task: "denoise", noise: [0.1, 0.2], split: "validation", data: "mnist10k" },
    half: { task: "complete", mask: { kind: "box", height: 2, width: 3 } },
    read: { task: "probe", latents: ["z"], training: 100 },
    hard: { task: "robustness", occlusion: [3] },
  },
  metrics: ["clean.mse", "noisy.clamped.psnr", "noisy.noise 0.2.mse"],
  published: [{ circuit: "flat", metric: "clean.mse", mean: 2.5, sd: 0.5, source: "A paper, table 1" }],
  hypotheses: [{ says: "Deep is better", metric: "clean.mse", better: "deep", than: "flat" }],
};

/** What the schema cannot express; `checkMeaning` reports these. */
const beyondTheSchema = (code: string): boolean => code.startsWith("experiment/");
const fits = (document: unknown): boolean =>
  validateExperiment(document).diagnostics.every(({ code }) => beyondTheSchema(code));

describe("the committed JSON Schema", () => {
  test("is current (write it anew with `pnpm --filter @settle/experiments schema`)", async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../schema/experiment-v1.schema.json");
  });

  test("describes every field", () => {
    const without: string[] = [];
    const visit = (node: unknown, at: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, ...rest } = node as { readonly properties?: Record<string, Record<string, unknown>> };
      for (const [name, field] of Object.entries(properties ?? {})) {
        if (!["description", "$ref"].some((key) => key in field)) without.push(`${at}/${name}`);
        visit(field, `${at}/${name}`);
      }
      for (const [key, child] of Object.entries(rest)) visit(child, `${at}/${key}`);
    };
    visit(schema, "");
    expect(without).toEqual([]);
  });
});

describe("zod and the published schema agree", () => {
  const shipped = readdirSync(`${root}experiments`).filter((name) => name.endsWith(".json"));

  test.each(shipped)("on experiments/%s", (name) => {
    const text = readFileSync(`${root}experiments/${name}`, "utf8");
    expect(validateExperiment(parse(text)).diagnostics).toEqual([]);
    expect(published(parse(text))).toBe(true);
  });

  test("on an experiment that uses every field", () => {
    expect(validateExperiment(whole).diagnostics).toEqual([]);
    expect(published(whole)).toBe(true);
  });

  test("on documents with one field changed, most of which do not fit", () => {
    const places: (readonly (string | number)[])[] = [];
    const collect = (value: unknown, path: readonly (string | number)[]): void => {
      places.push(path);
      if (typeof value !== "object" || value === null) return;
      for (const [key, child] of Object.entries(value))
        collect(child, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    collect(whole, []);
    const replacement = fc.oneof(
      fc.constantFrom(undefined, null, true, "", "x", "/a", "a.b", -1, 0, 0.5, 1, 1e300, [], {}, [1], { a: 1 }),
      fc.string({ maxLength: 3 }),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...places.slice(1)), replacement, (path, value) => {
        const document = changed(whole, path, value);
        const ours = fits(document);
        if (!ours) refused++;
        // A missing operand of a patch is beyond the published schema.
        const patched = path[0] === "circuits" && path.includes("patch");
        if (!patched) expect(published(document)).toBe(ours);
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});

/** A copy with one place set, or taken out by `undefined`. */
function changed(document: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(document);
  let holder = copy as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) holder = holder[step] as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return copy;
}
