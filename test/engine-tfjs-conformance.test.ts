/** The tfjs engines that are always there, on every fixture. Those the circuit language cannot express show as skipped. */
import { fixturesFolder, loadFixtures, runFixture } from "@settle/conformance";
import { tfjsEngines } from "@settle/engine-tfjs";
import { describe, expect, it } from "vitest";

const fixtures = await loadFixtures(fixturesFolder);

describe.each(["tfjs:wasm", "tfjs:cpu"])("%s agrees with the values made independently", (name) => {
  const engine = tfjsEngines.find((each) => each.name === name)!;

  for (const fixture of fixtures) {
    it(`for ${fixture.name}`, async (context) => {
      const report = await runFixture(fixture, engine);
      if (report.skipped !== undefined) context.skip(report.skipped);
      expect(report.diagnostics).toBeUndefined();
      expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.checks.length).toBeGreaterThan(0);
    });
  }
});
