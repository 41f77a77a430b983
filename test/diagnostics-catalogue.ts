/** The table of all codes, as a page: docs/diagnostics/README.md. */
import { codes, docsPage } from "@settle/diagnostics";
import path from "node:path";

export const catalogueFile = "docs/diagnostics/README.md";

/** What each stage does, in the order a circuit meets them; a stage that is not named here is named by its codes. */
const stages: Readonly<Record<string, string>> = {
  load: "finding and reading a circuit file",
  parse: "reading its text",
  schema: "its fields, one by one",
  template: "its parameters",
  normalize: "defaults and shorthand",
  resolve: "names, shapes, and whether the parts fit together",
  fix: "repairing it",
  engine: "loading and running a Program",
  session: "settling and learning",
  run: "a training under way",
  runs: "run folders on disk",
  checkpoint: "weights",
  data: "data sets",
  experiment: "comparisons of circuits",
};

export function diagnosticsCatalogue(): string {
  const found = [...new Set(Object.keys(codes).map(stageOf))];
  const order = [
    ...Object.keys(stages).filter((stage) => found.includes(stage)),
    ...found.filter((s) => !(s in stages)),
  ];
  const sections = order.map((stage) => {
    const rows = Object.entries(codes)
      .filter(([code]) => stageOf(code) === stage)
      .map(
        ([code, { severity, meaning }]) => `| [${code}](${path.basename(docsPage(code))}) | ${severity} | ${meaning} |`,
      );
    const about = stages[stage];
    const heading = `## ${stage}${about === undefined ? "" : `: ${about}`}`;
    return [heading, "", "| code | severity | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  });
  const introduction = [
    "# Diagnostics",
    "",
    "Everything Settle can report, by the stage that finds the fault. A code is `stage/what`; each has a page with a wrong and a right example, and",
    "where the fault is one of a circuit file, with what Settle says about it. All faults of a file are reported, in the order of the file.",
    "",
    "Where a diagnostic knows a repair that cannot change what was meant, `settle check --json` gives it as a JSON Patch and `settle fix FILE` applies it.",
    "",
    "This page is made from the table of codes (`packages/diagnostics/src/codes.ts`); a test holds it current.",
  ].join("\n");
  return `${[introduction, ...sections].join("\n\n")}\n`;
}

const stageOf = (code: string): string => code.split("/")[0] ?? "";
