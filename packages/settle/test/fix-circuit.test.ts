import { fixCircuit } from "@settle/settle";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "settle-fix-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const good = `{
  "version": 1,
  "name": "mine", // a name
  "states": {
    "x": { "shape": [8, 8, 1], "observed": { "data": "image" } },
    "z1": { "shape": [4, 4, 6], "activation": "tanh" },
    /* the top */
    "z2": { "shape": [2, 2, 5], "prior": { "kind": "laplace" } }
  },
  "errors": { "e0": { "target": "x", "bias": true }, "e1": { "target": "z1" } },
  "synapses": {
    "W1": { "from": "z1", "to": "e0", "kind": "deconv2d", "kernel": 3, "stride": 2 },
    "W2": { "from": "z2", "to": "e1", "kind": "deconv2d", "kernel": 3, "stride": 2 }
  },
  "learn": { "constraint": [{ "kind": "max-norm", "over": "kernel" }, { "kind": "stable", "bound": 20 }] }
}
`;

async function fix(text: string): Promise<Awaited<ReturnType<typeof fixCircuit>>> {
  await writeFile(join(folder, "mine.jsonc"), text);
  return fixCircuit("mine.jsonc", { from: folder });
}

/** What is done to the good circuit, and the code that repairs it. */
const spoilt: readonly (readonly [what: string, from: string, to: string, code: string])[] = [
  ["a missing version", '  "version": 1,\n', "", "schema/missing-version"],
  ["a misspelt field", '"activation"', '"activaton"', "schema/unknown-field"],
  ["a misspelt section", '"synapses"', '"synapse"', "schema/unknown-field"],
  ["a misspelt kind", '"tanh"', '"tahn"', "schema/unknown-kind"],
  ["a misspelt word", '"over": "kernel"', '"over": "kernle"', "schema/unknown-value"],
  ["a number in quotes", '"stride": 2 },', '"stride": "2" },', "schema/wrong-type"],
  ["a truth value in quotes", '"bias": true', '"bias": "true"', "schema/wrong-type"],
  ["a prior by its bare name", '{ "kind": "laplace" }', '"laplace"', "schema/wrong-type"],
  ["the data's bare name", '{ "data": "image" }', '"image"', "schema/wrong-type"],
  [
    "a list of one where a number is wanted",
    '"kernel": 3, "stride": 2 },',
    '"kernel": [3], "stride": 2 },',
    "schema/bad-length",
  ],
  ["a synapse that points at a state", '"to": "e1"', '"to": "z1"', "resolve/unknown-error"],
  ["a misspelt node", '"target": "z1"', '"target": "zz1"', "resolve/unknown-state"],
  [
    "a number of channels beside the shape",
    '"shape": [2, 2, 5]',
    '"shape": [2, 2, 5], "channels": 5',
    "resolve/shape-and-channels",
  ],
  ["a shape that only its synapses contradict", "[2, 2, 5]", "[3, 3, 5]", "resolve/shape-mismatch"],
  [
    "a constraint there twice",
    '"bound": 20 }]',
    '"bound": 20 }, { "kind": "stable", "bound": 20 }]',
    "normalize/constraint-twice",
  ],
];

describe("settle fix", () => {
  it.each(spoilt)("puts %s right, and leaves the rest as it was", async (_what, from, to, code) => {
    const result = await fix(good.replace(from, to));
    expect(result.applied.map(({ diagnostic }) => diagnostic.code)).toEqual([code]);
    expect(result.remaining).toEqual([]);
    expect(result.after).toBe(good);
  });

  it("repairs many faults, those included that others hid", async () => {
    const wrong = good.replace('  "version": 1,\n', "").replace('"tanh"', '"tahn"').replace('"to": "e1"', '"to": "z1"');
    const { after, applied, ok } = await fix(wrong);
    expect(after).toBe(good);
    expect(applied).toHaveLength(3);
    expect(ok).toBe(true);
  });

  it("leaves alone what it cannot know, and says what remains", async () => {
    const unknown = good.replace('"from": "z2"', '"from": "elsewhere"');
    const { after, applied, remaining, ok } = await fix(unknown);
    expect([after, applied, ok]).toEqual([unknown, [], false]);
    expect(remaining.map(({ code }) => code)).toEqual(["resolve/unknown-state"]);
  });

  it("does not choose between names that are equally near", async () => {
    const { applied, remaining } = await fix(good.replace('"target": "z1"', '"target": "z3"'));
    expect(applied).toEqual([]);
    expect(remaining.map(({ code }) => code)).toEqual(["resolve/unknown-state"]);
  });

  it("changes nothing where the text is not JSON at all, and never the file itself", async () => {
    const broken = good.replace("{", "[");
    const { after, remaining } = await fix(broken);
    expect(after).toBe(broken);
    expect(remaining[0]?.code).toBe("parse/syntax");
    expect(await readFile(join(folder, "mine.jsonc"), "utf8")).toBe(broken);
  });

  it("refuses a file that is not JSON", async () => {
    await expect(fixCircuit("mine.ts", { from: folder })).rejects.toThrow("fix/not-json");
  });
});
