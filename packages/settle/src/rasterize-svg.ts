/** SVG → PNG, with the library and the fonts that come with Settle: the same picture on every machine. */
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

let ready: Promise<readonly Uint8Array[]> | undefined;

/**
 * @param scale  pixels of the PNG to one of the SVG
 * @returns a PNG file
 */
export async function rasterizeSvg(svg: string, scale = 2): Promise<Uint8Array> {
  ready ??= start();
  const fontBuffers = [...(await ready)];
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontBuffers, loadSystemFonts: false, defaultFontFamily: "DejaVu Sans" },
  }).render();
  const png = image.asPng();
  image.free();
  return png;
}

/** @returns the fonts: regular and bold */
async function start(): Promise<readonly Uint8Array[]> {
  const require = createRequire(import.meta.url);
  const load = (path: string): Promise<Uint8Array> => readFile(require.resolve(path));
  await initWasm(await load("@resvg/resvg-wasm/index_bg.wasm"));
  return Promise.all(["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) => load(`dejavu-fonts-ttf/ttf/${name}`)));
}
