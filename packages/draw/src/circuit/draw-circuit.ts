/** The picture of a circuit as people draw it in papers. */
import type { Compiled } from "@settle/compiler";
import { pictureSubtitle } from "./picture-subtitle.ts";
import { pictureOfGraph } from "./picture-of-graph.ts";
import { placePicture } from "./place-picture.ts";
import { renderPicture } from "./render-picture.ts";

/**
 * States as circles, maps as stacks of sheets, error nodes as diamonds, a row for each level; the same circuit always
 * gives the same text.
 *
 * @returns an SVG document
 */
export async function drawCircuit(compiled: Compiled): Promise<string> {
  const picture = pictureOfGraph(compiled.graph, pictureSubtitle(compiled.analysis));
  return renderPicture(picture, await placePicture(picture));
}
