export { type Check, type ConformanceReport, type FixtureReport } from "./conformance-report.ts";
export { fixturesFolder } from "./fixtures-folder.ts";
export { loadFixtures } from "./load-fixtures.ts";
export { type ConformanceOptions, runConformance } from "./run-conformance.ts";
export { runFixture, type RunFixtureOptions, tolerances } from "./run-fixture.ts";
export type { Tensor } from "./tensor.ts";
export {
  type Expectation,
  type Snapshot,
  type TranslatedFixture,
  translateFixture,
  type Translation,
} from "./translate-fixture.ts";
