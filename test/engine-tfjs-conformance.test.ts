/** The tfjs engines on every fixture the circuit language expresses. */
import { fixturesFolder, loadFixtures, runConformance } from "@settle/conformance";
import { tfjsEngines } from "@settle/engine-tfjs";
import { describe, expect, it } from "vitest";

const alwaysThere = ["tfjs:wasm", "tfjs:cpu"];

describe.each(alwaysThere)("%s", (name) => {
  it("meets the float32 tolerance on every fixture that the language expresses", async () => {
    const engine = tfjsEngines.find((each) => each.name === name)!;
    const report = await runConformance(await loadFixtures(fixturesFolder), engine);
    for (const f of report.fixtures)
      process.stdout.write(
        `${name} ${f.name} ${f.ok} ${f.skipped ?? ""} ${Math.max(0, ...f.checks.map((c) => c.maxRelativeError))} ${f.checks
          .filter((c) => !c.ok)
          .slice(0, 3)
          .map((c) => c.what + " " + c.maxRelativeError + "/" + c.tolerance)
          .join("; ")}\n`,
      );
    expect(report.failed).toBe(0);
  });
});
