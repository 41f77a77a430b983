/** The whole suite on one engine. */
import type { Engine } from "@settle/runtime";

import type { ConformanceReport, FixtureReport } from "./conformance-report.ts";
import { loadFixtures } from "./load-fixtures.ts";
import { runFixture } from "./run-fixture.ts";
import type { Translation } from "./translate-fixture.ts";

export interface ConformanceOptions {
  readonly signal?: AbortSignal;
  /** Called after each fixture, for progress. */
  readonly onFixture?: (report: FixtureReport) => void;
}

/**
 * Runs fixtures one after the other. An engine that does not work here skips them all, with its reason.
 *
 * @param fixtures  a folder of conformance files, or what `loadFixtures` or `translateFixture` made of them
 * @throws {SettleError} `conformance/no-fixtures` for a folder without any
 */
export async function runConformance(
  fixtures: string | readonly Translation[],
  engine: Engine,
  { signal, onFixture }: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const translations = typeof fixtures === "string" ? await loadFixtures(fixtures) : fixtures;
  const status = await engine.probe();
  const reports: FixtureReport[] = [];
  for (const translation of translations) {
    signal?.throwIfAborted();
    const report: FixtureReport = status.available
      ? await runFixture(translation, engine, signal === undefined ? {} : { signal })
      : {
          name: translation.name,
          ok: false,
          checks: [],
          skipped: `${engine.name} does not work here: ${status.reason}`,
        };
    reports.push(report);
    onFixture?.(report);
  }
  const skipped = reports.filter((report) => report.skipped !== undefined).length;
  const passed = reports.filter(({ ok }) => ok).length;
  return {
    engine: engine.name,
    device: status.available ? status.device : null,
    fixtures: reports,
    passed,
    failed: reports.length - passed - skipped,
    skipped,
  };
}
