import { compile } from "@settle/compiler";
import { codes, docsPage, type Diagnostic, renderDiagnostics } from "@settle/diagnostics";
import { parseCircuit } from "@settle/spec";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { diagnosticsCatalogue, catalogueFile } from "./diagnostics-catalogue.ts";
import { filesUnder, readText, root } from "./workspace.ts";

/** What the pages show, and the table of all codes, are written anew only when asked for. */
const writesAnew = process.env["SETTLE_WRITE_EXPECTED"] === "1";
const write = (file: string, text: string): void => writeFileSync(path.join(root, file), text);
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
    const pages = filesUnder("docs/diagnostics").filter((file) => file.endsWith(".md") && file !== catalogueFile);
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

  it("are each expected by name in a test, but for those whose page shows them", () => {
    const tests = ["packages", "apps", "test"]
      .flatMap((parent) => filesUnder(parent))
      .filter((file) => /(^|\/)test\/.*\.test\.ts$|\/fixtures\/error-[^/]*\/diagnostics\.txt$/.test(file))
      .map((file) => readText(file));
    const expected = (code: string): boolean => tests.some((text) => text.includes(code));
    const beyondPages = entries.map(([code]) => code).filter((code) => !shown.includes(code));
    expect(beyondPages.filter((code) => !expected(code))).toEqual([]);
  });

  it("are listed in a table, by the stage that finds the fault", () => {
    if (writesAnew) write(catalogueFile, diagnosticsCatalogue());
    expect(readText(catalogueFile)).toBe(diagnosticsCatalogue());
  });

  it.each(shown)("show a circuit that is wrong by %s and nothing else", (code) => {
    const diagnostics = diagnosticsOf(wrongOf(code));
    expect(new Set(diagnostics.map((each) => each.code))).toEqual(new Set([code]));
    expect(diagnostics[0]?.severity).toBe(codes[code as keyof typeof codes].severity);
  });

  it.each(shown)("show a circuit that is right where the other is wrong by %s", (code) => {
    // Such a fence is compiled with the other documents'.
    expect(pageOf(code)).toMatch(/## Right\n\n```json circuit\n/);
  });

  it.each(shown)("show what is said of %s", (code) => {
    const wrong = wrongOf(code);
    const said = renderDiagnostics(diagnosticsOf(wrong), wrong).trim();
    const page = pageOf(code);
    const fence = /(?<=## Wrong\n\n```\w+\n[\s\S]*?\n```\n)(?:\n```text\n[\s\S]*?\n```\n)?/;
    const shownText = `\n\`\`\`text\n${said}\n\`\`\`\n`;
    if (writesAnew)
      write(
        docsPage(code),
        page.replace(fence, () => shownText),
      );
    // Written anew with SETTLE_WRITE_EXPECTED=1 npx vitest run test/diagnostics-pages
    expect(fence.exec(pageOf(code))?.[0]).toBe(shownText);
  });
});

const wrongOf = (code: string): string => /## Wrong\n\n```\w+\n([\s\S]*?)\n```/.exec(pageOf(code))?.[1] ?? "";

function diagnosticsOf(text: string): readonly Diagnostic[] {
  const { spec, diagnostics, source } = parseCircuit(text, { file: "mine.json" });
  return spec === undefined ? diagnostics : [...diagnostics, ...compile(spec, { source }).diagnostics];
}
