import { describe, expect, it } from "vitest";
import { filesUnder, readText } from "./workspace.ts";

const bibliography = readText("docs/references.bib");
const entries = [...bibliography.matchAll(/^@(\w+)\{([^,\s]+),\n([\s\S]*?)\n\}$/gm)].map(([, kind, key, body]) => ({
  kind: kind ?? "",
  key: key ?? "",
  fields: [...(body ?? "").matchAll(/^ {2}(\w+) *= \{/gm)].map((match) => match[1]),
}));
const known = new Set(entries.map((each) => each.key));

describe("the bibliography", () => {
  it("holds every entry whole: none is lost to a missing brace", () => {
    expect(entries.length).toBe([...bibliography.matchAll(/^@/gm)].length);
  });

  it("has each key once", () => {
    expect(known.size).toBe(entries.length);
  });

  it("names author and title of each entry, and the year where it was published", () => {
    const needed = (kind: string): readonly string[] =>
      ["misc", "manual"].includes(kind) ? ["author", "title"] : ["author", "title", "year"];
    const incomplete = entries.filter(({ kind, fields }) => needed(kind).some((field) => !fields.includes(field)));
    expect(incomplete).toEqual([]);
  });

  it("has what every docstring cites", () => {
    const unknown = ["packages", "apps", "bench"]
      .flatMap(filesUnder)
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) =>
        [...readText(file).matchAll(/@source\s+([^\s;,*]+)/g)].map((match) => ({ file, key: match[1] ?? "" })),
      )
      .filter(({ file, key }) => file.includes("/src/") && !known.has(key));
    expect(unknown).toEqual([]);
  });

  it("has what every circuit names as its sources", () => {
    const unknown = filesUnder("circuits")
      .filter((file) => file.endsWith("circuit.json"))
      .flatMap((file) => {
        const { sources = [] } = JSON.parse(readText(file)) as { readonly sources?: readonly string[] };
        return sources.map((key) => ({ file, key }));
      })
      .filter(({ key }) => !known.has(key));
    expect(unknown).toEqual([]);
  });
});
