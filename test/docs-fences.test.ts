import { main, type Terminal } from "@settle/cli";
import { compile } from "@settle/compiler";
import { renderDiagnostic } from "@settle/diagnostics";
import { validateExperiment } from "@settle/experiments";
import { parseCircuit } from "@settle/spec";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { documents, type Fence, fencesOf, settleCommands } from "./document-fences.ts";
import { root } from "./workspace.ts";

// Inside the repository, since imports of `@settle/…` are resolved from where a file lies.
const moduleFolder = path.join(root, "test", ".fences");
const pages = documents()
  .map((document) => ({ document, fences: fencesOf(document) }))
  .filter(({ fences }) => fences.length > 0);
const moduleOf = (fence: Fence): string =>
  path.join(moduleFolder, `${fence.document.replaceAll(/[^a-z0-9]+/gi, "-")}-${fence.line}.ts`);
const isTypeScript = (fence: Fence): boolean => fence.language === "ts";

beforeAll(() => {
  rmSync(moduleFolder, { recursive: true, force: true });
  mkdirSync(moduleFolder, { recursive: true });
  for (const fence of pages.flatMap((page) => page.fences).filter(isTypeScript)) {
    writeFileSync(moduleOf(fence), `${fence.code}\nexport {};\n`);
  }
});

afterAll(() => {
  rmSync(moduleFolder, { recursive: true, force: true });
});

describe("the code in the documents", () => {
  it("is there to be tried: the README and the guide have fences that run", () => {
    const tried = pages.map((page) => page.document);
    expect(tried).toContain("README.md");
    expect(tried.some((document) => document.startsWith("docs/guide/"))).toBe(true);
  });

  it("type-checks where it is TypeScript", () => {
    const fences = pages.flatMap((page) => page.fences).filter(isTypeScript);
    expect(typeFaults(fences)).toEqual([]);
  });

  describe.each(pages)("of $document", ({ fences }) => {
    let folder = "";
    const before = process.cwd();

    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), "settle-docs-"));
      process.chdir(folder);
    });
    afterAll(() => {
      process.chdir(before);
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(fences)("works: $language $use at line $line", async (fence) => {
      if (fence.file !== undefined) writeFileSync(path.join(folder, fence.file), fence.code);
      if (fence.use === "circuit") expect(circuitFaults(fence)).toEqual([]);
      if (fence.use === "experiment") expect(validateExperiment(JSON.parse(fence.code)).diagnostics).toEqual([]);
      if (fence.use === "run" && isTypeScript(fence)) await runModule(fence);
      if (fence.use === "run" && fence.language === "sh") await runCommands(fence, folder);
    });
  });
});

function circuitFaults(fence: Fence): readonly string[] {
  const { spec, diagnostics, source } = parseCircuit(fence.code, { file: fence.document });
  const all = spec === undefined ? diagnostics : [...diagnostics, ...compile(spec, { source }).diagnostics];
  return all.map((each) => renderDiagnostic(each, source.text));
}

async function runModule(fence: Fence): Promise<void> {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  try {
    await import(/* @vite-ignore */ pathToFileURL(moduleOf(fence)).href);
  } finally {
    printed.mockRestore();
  }
}

async function runCommands(fence: Fence, cwd: string): Promise<void> {
  const commands = settleCommands(fence.code);
  expect(commands.length).toBeGreaterThan(0);
  for (const words of commands) {
    let said = "";
    const output = { write: (text: string) => (said += text) };
    const terminal: Terminal = {
      stdout: output,
      stderr: output,
      cwd,
      env: {},
      onInterrupt: () => () => {},
      exitNow: () => {},
    };
    const exitCode = await main(words, terminal);
    expect({ command: words.join(" "), exitCode, said }).toEqual({ command: words.join(" "), exitCode: 0, said });
  }
}

function typeFaults(fences: readonly Fence[]): readonly string[] {
  const config = ts.readConfigFile(path.join(root, "tsconfig.base.json"), (file) => ts.sys.readFile(file));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  // What a document shows need not use everything it names.
  const program = ts.createProgram(fences.map(moduleOf), { ...options, noEmit: true, noUnusedLocals: false });
  return fences.flatMap((fence) => {
    const file = program.getSourceFile(moduleOf(fence));
    if (file === undefined) return [`${fence.document}:${fence.line}: not read`];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((each) => {
      const line = fence.line + (each.start === undefined ? 0 : file.getLineAndCharacterOfPosition(each.start).line);
      return `${fence.document}:${line}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`;
    });
  });
}
