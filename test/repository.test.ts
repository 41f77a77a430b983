import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { filesUnder, readText, root, workspacePackages } from "./workspace.ts";

const everything = filesUnder("").filter((file) => file !== "pnpm-lock.yaml");
const texts = everything.filter((file) =>
  /\.([mc]?[jt]s|jsonc?|md|ya?ml|bib|sh|svg|html|css|py)$|(^|\/)(run|LICENSE)$/.test(file),
);
const sources = ["packages", "apps"]
  .flatMap(filesUnder)
  .filter((file) => file.endsWith(".ts") && file.includes("/src/"));

/** Every line of `files` that has a match, as `file:line: text`. */
function linesWith(files: readonly string[], pattern: RegExp): readonly string[] {
  return files.flatMap((file) =>
    readText(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

describe("the repository", () => {
  it("names no folder of anyone's machine", () => {
    expect(linesWith(texts, /(^|[\s"'`(=])\/(home|Users|work|tmp)\/\w/)).toEqual([]);
  });

  it("names no registry in its lockfile: the packages come from wherever npm is pointed to", () => {
    expect(linesWith(["pnpm-lock.yaml"], /https?:\/\/|tarball:/)).toEqual([]);
  });

  it("pins every dependency exactly", () => {
    const manifests = ["package.json", ...workspacePackages().map((each) => `${each.folder}/package.json`)];
    const loose = manifests.flatMap((file) => {
      const manifest = JSON.parse(readText(file)) as Readonly<
        Record<string, Readonly<Record<string, string>> | undefined>
      >;
      return ["dependencies", "devDependencies", "optionalDependencies"]
        .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
        .filter(([, range]) => !/^(\d+\.\d+\.\d+(-[\w.]+)?|workspace:\*)$/.test(range))
        .map(([name, range]) => `${file}: ${name} ${range}`);
    });
    expect(loose).toEqual([]);
  });

  it("decides every install script one by one", () => {
    expect(readText("pnpm-workspace.yaml")).toMatch(/^allowBuilds:/m);
    expect(linesWith(["pnpm-workspace.yaml"], /: true$/)).toEqual([]);
  });

  it("has file names in kebab case, none of them a drawer for anything", () => {
    const named = [...sources, ...everything.filter((file) => /^(test|scripts|bench)\//.test(file))];
    const wrong = named.filter((file) => {
      const name = path.posix.basename(file);
      const drawer = /^(utils?|helpers?|common|misc|shared|types|constants)\./.test(name);
      // Python's modules cannot have hyphens.
      const cased = name.endsWith(".py") ? name.replaceAll("_", "-") : name;
      return drawer || !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(cased);
    });
    expect(wrong).toEqual([]);
  });

  it("leaves no test out without a reason that is announced", () => {
    const tests = everything.filter((file) => /\/?test\/.*\.ts$/.test(file));
    expect(linesWith(tests, /\b(it|test|describe|suite)\.(skip|skipIf|runIf|todo)\b|\bskip\(\)/)).toEqual([]);
  });

  it("has no any, enum, namespace or default export in its packages", () => {
    const code = linesWith(
      sources,
      /(:|<|\bas) any\b|^\s*(export )?(const )?enum \w|^\s*(export )?(declare )?namespace \w|^export default/,
    );
    const comment = /^[^:]+:\d+: (\*|\/\*|\/\/)/;
    expect(code.filter((line) => !comment.test(line))).toEqual([]);
  });

  it("leaves no note for later and no test that is switched off", () => {
    expect(linesWith(sources, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
    const tests = everything.filter((file) => file.endsWith(".test.ts"));
    expect(linesWith(tests, /\b(it|test|describe)\.(only|skip|todo|fails)\(/)).toEqual([]);
  });

  it("keeps files of code short enough to hold one idea", () => {
    expect(sources.filter((file) => readText(file).split("\n").length > 400)).toEqual([]);
  });

  it("shows what a package offers by name, never with a star", () => {
    const indexes = sources.filter((file) => file.endsWith("src/index.ts"));
    expect(linesWith(indexes, /^export \*/)).toEqual([]);
  });

  it("tells a newcomer what is so: the README's commands exist, and the Node it asks for is the one it needs", () => {
    const readme = readText("README.md");
    const manifest = JSON.parse(readText("package.json")) as {
      readonly scripts: Readonly<Record<string, string>>;
      readonly engines: { readonly node: string };
    };
    const asked = [...readme.matchAll(/`npm (?:run )?([a-z]+)`|^npm (?:run )?([a-z]+)$/gm)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    expect(asked).toContain("demo");
    expect(asked).toContain("test");
    expect(asked.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
    const needed = manifest.engines.node.replace(">=", "");
    expect(readme).toContain(`Node ${needed} or newer`);
    expect(readText("scripts/require-node.mjs")).toContain(`"${needed}"`);
    for (const { folder } of workspacePackages()) {
      expect(readText(`${folder}/package.json`)).toContain(`"node": "${manifest.engines.node}"`);
    }
  });

  it("describes every circuit it ships", () => {
    const circuits = filesUnder("circuits").filter((file) => file.endsWith("/circuit.json"));
    expect(circuits.length).toBeGreaterThan(0);
    const undescribed = circuits.filter((file) => !existsSync(path.join(root, path.dirname(file), "README.md")));
    expect(undescribed).toEqual([]);
  });

  it("has what its documents link to", () => {
    const broken = everything
      .filter((file) => file.endsWith(".md") && !file.includes("/fixtures/"))
      .flatMap((file) =>
        [...readText(file).matchAll(/\]\(([^)\s]+)\)/g)]
          .map((match) => match[1] ?? "")
          .filter((target) => !/^(https?:|mailto:|#)/.test(target))
          .filter((target) => {
            const [place = ""] = target.split("#");
            return !existsSync(path.join(root, path.dirname(file), decodeURIComponent(place)));
          })
          .map((target) => `${file}: ${target}`),
      );
    expect(broken).toEqual([]);
  });

  it("commits nothing large", () => {
    const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" })
      .split("\0")
      .filter(Boolean);
    const large = tracked.filter(
      (file) => existsSync(path.join(root, file)) && statSync(path.join(root, file)).size > 2 ** 20,
    );
    expect(large).toEqual([]);
  });

  it("can be started: its commands are executable", () => {
    const startable = [".ci/run", "apps/cli/bin/settle.js"];
    expect(startable.filter((file) => (statSync(path.join(root, file)).mode & 0o100) === 0)).toEqual([]);
  });
});
