/** Writes a report and the pictures and plots on it as files of their own. */
import { join } from "node:path";
import { contactSheet } from "./contact-sheet.ts";
import { encodePng } from "./encode-png.ts";
import type { Picture } from "./picture.ts";
import { rasterizeSvg } from "./rasterize-svg.ts";
import { repeatSection } from "./repeat-section.ts";
import type { ReportContent } from "./report-content.ts";
import type { Run, RunPaths } from "./run.ts";
import { standaloneSvg } from "./standalone-svg.ts";
import { writeWhole } from "./write-whole.ts";

export interface WrittenReport {
  /** Path of the page. */
  readonly report: string;
  /** Paths of the pictures and plots, in the page's order. */
  readonly images: readonly string[];
}

/**
 * Makes the report of a run. How to repeat the run is added from its manifest.
 *
 * @throws as `writeReportPage`
 */
export async function writeReport(run: Run, content: ReportContent): Promise<WrittenReport> {
  const whole = { ...content, sections: [...content.sections, repeatSection(run.manifest)] };
  return writeReportPage(run.paths, whole);
}

/**
 * Makes a page. Each plot and drawing is also written as `<name>.svg` and `.png` into the folder of images, each grid of
 * pictures and layer of feature maps as `.png`.
 *
 * @throws {SettleError} as `writeWhole`
 * @throws {RangeError} when two blocks have the same name, or one that cannot be a file's: our bug
 */
export async function writeReportPage(
  paths: Pick<RunPaths, "images" | "report">,
  content: ReportContent,
): Promise<WrittenReport> {
  // Plots and formulae come from large libraries, which a training need not wait for when it starts.
  const { renderPlot } = await import("./render-plot.ts");
  const { renderIntervals } = await import("./render-intervals.ts");
  const { renderReport } = await import("./render-report.ts");
  const blocks = content.sections.flatMap((section) => section.blocks);
  const plots = new Map<string, string>();
  const images: string[] = [];
  const names = new Set<string>();
  const claim = (name: string) => {
    if (!/^[\w-]+$/.test(name) || names.has(name))
      throw new RangeError(`"${name}" cannot name a picture of this report`);
    names.add(name);
    return join(paths.images, name);
  };
  const writePicture = async (path: string, picture: Picture): Promise<void> => {
    await writeWhole(`${path}.png`, encodePng(picture), "write the picture");
    images.push(`${path}.png`);
  };
  for (const block of blocks) {
    switch (block.kind) {
      case "plot":
      case "intervals":
      case "drawing": {
        const path = claim(block.name);
        const svg =
          block.kind === "plot" ? renderPlot(block) : block.kind === "drawing" ? block.svg : renderIntervals(block);
        if (svg === undefined) break;
        plots.set(block.name, svg);
        const alone = standaloneSvg(svg);
        await writeWhole(`${path}.svg`, alone, "write the plot");
        await writeWhole(`${path}.png`, await rasterizeSvg(alone), "write the plot");
        images.push(`${path}.svg`, `${path}.png`);
        break;
      }
      case "images":
        await writePicture(claim(block.name), contactSheet(block.rows.map(({ pictures }) => pictures)));
        break;
      case "feature-maps":
        for (const { id, sheet } of block.layers) await writePicture(claim(`${block.name}-${id}`), sheet.picture);
        break;
      case "text":
      case "table":
      case "code":
      case "math":
        break;
      default:
        block satisfies never;
    }
  }
  await writeWhole(paths.report, renderReport(content, plots), "write the report");
  return { report: paths.report, images };
}
