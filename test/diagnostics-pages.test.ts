import { compile } from "@settle/compiler";
import { codes, docsPage } from "@settle/diagnostics";
import { parseCircuit } from "@settle/spec";
import { describe, expect, it } from "vitest";
import { filesUnder, readText } from "./workspace.ts";

const entries = Object.entries(codes);
const pageOf = (code: string): string => readText(docsPage(code)).replaceAll("\r\n", "\n");

/** Stages that judge a circuit file. */
const circuitStages: readonly string[] = ["parse", "schema", "template", "normalize", "resolve"];
/** Faults that need a circuit too large to print, or one that is no file; the tests of `spec` produce them. */
const beyondAPage: readonly string[] = [
  "parse/too-large",
  "parse/too-deep",
  "schema/not-json",
  "schema/too-many-parts",
  "schema/more-faults",
  // Values are given from outside, or the template is a function.
  "template/wrong-type",
  "template/out-of-range",
  "template/build-threw",
];
const shown = entries
  .map(([code]) => code)
  .filter((code) => circuitStages.includes(code.split("/")[0] ?? "") && !beyondAPage.includes(code));

/** Codes that a source reports, as `settleError("stage/what"` or `code: "stage/what"`. */
function codesReported(source: string): readonly string[] {
  const literal = /(?:[eE]rror\(|\bcode:)\s*"([a-z]+\/[a-z]+(?:-[a-z]+)*)"/g;
  return [...source.matchAll(literal)].map(([, code = ""]) => code);
}

describe("the table of codes and the pages of docs/diagnostics", () => {
  it("name the same codes", () => {
    const pages = filesUnder("docs/diagnostics").filter((file) => file.endsWith(".md"));
    expect(pages.toSorted()).toEqual(entries.map(([code]) => docsPage(code)).toSorted());
  });

  it.each(entries)("agree on what %s means", (code, { meaning }) => {
    const page = pageOf(code);
    expect(page.startsWith(`# ${code}\n\n${meaning}`)).toBe(true);
    expect(page.match(/^## .*$/gm)).toEqual(["## Wrong", "## Right"]);
  });

  const sources = ["packages", "apps"]
    .flatMap((parent) => filesUnder(parent))
    .filter((file) => /\/src\/.*\.ts$/.test(file) && !file.endsWith("/codes.ts"))
    .map((file) => ({ file, text: readText(file) }));

  it("hold every code that a source reports", () => {
    const reported = sources.flatMap(({ file, text }) => codesReported(text).map((code) => ({ code, file })));
    expect(reported.length).toBeGreaterThan(80);
    expect(reported.filter(({ code }) => !(code in codes))).toEqual([]);
  });

  it("hold no code that no source names", () => {
    const named = (word: string): boolean => sources.some(({ text }) => text.includes(`"${word}"`));
    // Where one source reports several codes of a stage it names what comes after the stage.
    expect(entries.map(([code]) => code).filter((code) => !named(code) && !named(code.split("/")[1] ?? ""))).toEqual(
      [],
    );
  });

  it.each(shown)("show a circuit that is wrong by %s", (code) => {
    const wrong = /## Wrong\n\n```\w+\n([\s\S]*?)\n```/.exec(pageOf(code))?.[1] ?? "";
    const { spec, diagnostics, source } = parseCircuit(wrong);
    const all = spec === undefined ? diagnostics : [...diagnostics, ...compile(spec, { source }).diagnostics];
    expect(all.map((each) => each.code)).toContain(code);
    expect(all.find((each) => each.code === code)?.severity).toBe(codes[code as keyof typeof codes].severity);
  });
});
