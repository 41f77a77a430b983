/** Writes `report.html` and the pictures and plots on it as files of their own. */
import { join } from "node:path";
import { contactSheet } from "./contact-sheet.ts";
import { repeatSection } from "./repeat-section.ts";
import type { ReportContent } from "./report-content.ts";
import type { Run } from "./run.ts";
import { writeWhole } from "./write-whole.ts";

export interface WrittenReport {
  /** Path of the page. */
  readonly report: string;
  /** Paths of the pictures and plots, in the page's order. */
  readonly images: readonly string[];
}

/**
 * Makes the report of a run. Each plot is also written as `images/<name>.svg` and `.png`, each grid of pictures and
 * layer of feature maps as `.png`. How to repeat the run is added from its manifest.
 *
 * @throws {SettleError} as `writeWhole`
 * @throws {RangeError} when two blocks have the same name, or one that cannot be a file's: our bug
 */
export async function writeReport(run: Run, content: ReportContent): Promise<WrittenReport> {
  // Plots and formulae come from large libraries, which a training need not wait for when it starts.
  const { renderPlot } = await import("./render-plot.ts");
  const { standaloneSvg, svgToPng } = await import("./plot-files.ts");
  const { renderReport } = await import("./render-report.ts");
  const blocks = content.sections.flatMap((section) => section.blocks);
  const plots = new Map<string, string>();
  const images: string[] = [];
  const names = new Set<string>();
  const claim = (name: string) => {
    if (!/^[\w-]+$/.test(name) || names.has(name))
      throw new RangeError(`"${name}" cannot name a picture of this report`);
    names.add(name);
    return join(run.paths.images, name);
  };
  for (const block of blocks) {
    if (block.kind === "plot") {
      const path = claim(block.name);
      const svg = renderPlot(block);
      if (svg === undefined) continue;
      plots.set(block.name, svg);
      const alone = standaloneSvg(svg);
      await writeWhole(`${path}.svg`, alone, "write the plot");
      await writeWhole(`${path}.png`, await svgToPng(alone), "write the plot");
      images.push(`${path}.svg`, `${path}.png`);
    } else if (block.kind === "images") {
      claim(block.name);
      images.push(await run.writePicture(block.name, contactSheet(block.rows.map(({ pictures }) => pictures))));
    } else if (block.kind === "feature-maps") {
      for (const { id, sheet } of block.layers) {
        claim(`${block.name}-${id}`);
        images.push(await run.writePicture(`${block.name}-${id}`, sheet.picture));
      }
    }
  }
  const whole = { ...content, sections: [...content.sections, repeatSection(run.manifest)] };
  await writeWhole(run.paths.report, renderReport(whole, plots), "write the report");
  return { report: run.paths.report, images };
}
