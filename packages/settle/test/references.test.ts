import { describe, expect, it } from "vitest";
import { citeCircuit, loadCircuit, parseBibliography, predefinedCircuits } from "../src/index.ts";

describe("references", () => {
  it("cuts a bibliography into its entries, braces within them kept", () => {
    const entries = parseBibliography("% note\n@article{A,\n  title = {On {B}races}\n}\n\n@misc{B2, note = {x}}\n");
    expect([...entries.keys()]).toEqual(["A", "B2"]);
    expect(entries.get("A")).toBe("@article{A,\n  title = {On {B}races}\n}");
    expect(entries.get("B2")).toBe("@misc{B2, note = {x}}");
  });

  it("names an entry that has no end", () => {
    expect(() => parseBibliography("@article{A, title = {open")).toThrow(
      expect.objectContaining({ diagnostic: expect.objectContaining({ code: "cite/damaged" }) as unknown }),
    );
  });

  it("knows the sources of every predefined circuit", async () => {
    for (const name of await predefinedCircuits()) {
      const { spec } = await loadCircuit(name);
      const references = await citeCircuit(spec);
      expect(references.map(({ key }) => key)).toEqual(spec.sources);
    }
  });

  it("suggests the closest key for an unknown one", async () => {
    const { spec } = await loadCircuit("conv-ngc");
    await expect(citeCircuit({ ...spec, sources: ["ConvNCG"] })).rejects.toMatchObject({
      diagnostic: {
        code: "cite/unknown-source",
        pointer: "/sources/0",
        help: expect.stringContaining("ConvNGC") as string,
      },
    });
  });
});
