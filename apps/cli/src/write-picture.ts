/** Writes an SVG to the file a user named: as it is, or as PNG. */
import { settleError } from "@settle/settle";
import { writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { Context } from "./context.ts";

export type PictureFormat = "svg" | "png";

/** @throws {SettleError} `output/unknown-format` before any work is done */
export function pictureFormatOf(file: string): PictureFormat {
  const ending = extname(file).toLowerCase();
  if (ending === ".svg" || ending === ".png") return ending === ".svg" ? "svg" : "png";
  throw settleError("output/unknown-format", `"${file}" ends in neither .svg nor .png.`, {
    help: "name the file picture.svg (scales, can be edited) or picture.png.",
  });
}

/**
 * @param scale  pixels of a PNG to one of the SVG
 * @throws {SettleError} `output/unwritable`
 */
export async function writePicture(svg: string, file: string, scale: number, context: Context): Promise<void> {
  const { rasterizeSvg } = await import("@settle/runs");
  const content = pictureFormatOf(file) === "svg" ? svg : await rasterizeSvg(svg, scale);
  await writeFile(resolve(context.terminal.cwd, file), content).catch((fault: NodeJS.ErrnoException) => {
    throw settleError("output/unwritable", `"${file}" cannot be written: ${fault.message}.`, { cause: fault });
  });
}
