/** Every predefined circuit has a figure that is current. `vitest -u` draws them anew, as `settle draw` does. */
import { compile, drawCircuit, loadCircuit, predefinedCircuits } from "@settle/settle";
import { expect, it } from "vitest";
import { readText } from "./workspace.ts";

it.each(await predefinedCircuits())("%s shows itself as it is drawn now", async (name) => {
  const { spec, source } = await loadCircuit(name);
  const compiled = compile(spec, { source });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  await expect(await drawCircuit(compiled)).toMatchFileSnapshot(`../circuits/${name}/figure.svg`);
  expect(readText(`circuits/${name}/README.md`)).toContain("](figure.svg)");
});
