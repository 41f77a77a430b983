import { builtinModules } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { mayImport, packageRules } from "./package-layers.ts";
import { filesUnder, importsOf, readText, workspacePackages } from "./workspace.ts";

const packages = workspacePackages();
const own = (dependency: string): boolean => dependency.startsWith("@settle/");

describe("package arrows", () => {
  it("are known for every package of the workspace", () => {
    expect(packages.map((each) => each.name).filter((name) => packageRules[name] === undefined)).toEqual([]);
  });

  it("agree with the layer table of ARCHITECTURE.md", () => {
    const rows = [...readText("ARCHITECTURE.md").matchAll(/^\|\s*(\d)\s*\|([^|]*)\|/gm)];
    const layerOf = new Map(
      rows.flatMap(([, layer, names]) =>
        (names ?? "")
          .split(/[·,]/)
          .map((name) => [name.replaceAll(/[`*\s]|@settle\/|apps\//g, ""), Number(layer)] as const),
      ),
    );
    for (const { name } of packages) {
      expect([name, layerOf.get(name)]).toEqual([name, packageRules[name]?.layer]);
    }
  });

  it.each(packages)("point down in the package.json of $name", ({ name, dependencies }) => {
    const upward = dependencies
      .filter(own)
      .map((each) => each.replace("@settle/", ""))
      .filter((each) => !mayImport(name, each));
    expect(upward).toEqual([]);
  });

  it.each(packages)("point down, and are declared, in the sources of $name", ({ name, folder, dependencies }) => {
    const faults = filesUnder(`${folder}/src`)
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => importsOf(readText(file)).map((specifier) => ({ file, specifier })))
      .filter(({ specifier }) => own(specifier))
      .filter(({ specifier }) => {
        const target = specifier.split("/")[1] ?? "";
        const declared = dependencies.includes(`@settle/${target}`);
        return !declared || !mayImport(name, target);
      });
    expect(faults).toEqual([]);
  });

  it.each(packages)("reach into no other package's folder from $name", ({ folder }) => {
    const faults = [...filesUnder(`${folder}/src`), ...filesUnder(`${folder}/test`)]
      .filter((file) => /\.[mc]?[jt]s$/.test(file))
      .flatMap((file) => importsOf(readText(file)).map((specifier) => ({ file, specifier })))
      .filter(({ file, specifier }) => {
        if (specifier.startsWith(".")) {
          return !path.posix.join(path.posix.dirname(file), specifier).startsWith(`${folder}/`);
        }
        return /^@settle\/[\w-]+\/(src|dist|test)\b/.test(specifier);
      });
    expect(faults).toEqual([]);
  });

  it("form no cycle, development dependencies included (the build would refuse it)", () => {
    const edges = new Map(
      packages.map((each) => [
        each.name,
        [...each.dependencies, ...each.devDependencies]
          .filter(own)
          .map((dependency) => dependency.replace("@settle/", "")),
      ]),
    );
    const reached = (from: string, seen: Set<string>): Set<string> => {
      for (const next of edges.get(from) ?? []) {
        if (!seen.has(next)) reached(next, seen.add(next));
      }
      return seen;
    };
    const onCycle = packages.map((each) => each.name).filter((name) => reached(name, new Set()).has(name));
    expect(onCycle).toEqual([]);
  });

  it.each(packages.filter((each) => packageRules[each.name]?.browser === true))(
    "lead to nothing that only Node has from $name",
    ({ folder }) => {
      const faults = filesUnder(`${folder}/src`)
        .filter((file) => file.endsWith(".ts"))
        .filter((file) => {
          const text = readText(file);
          const usesModule = importsOf(text).some((each) => each.startsWith("node:") || builtinModules.includes(each));
          return usesModule || /\b(process|Buffer|__dirname|__filename|require)\s*[.(]/.test(withoutComments(text));
        });
      expect(faults).toEqual([]);
    },
  );
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
