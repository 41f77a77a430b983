/** SVG → PNG, with the library and the fonts that come with Settle: the same picture on every machine. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/**
 * @param scale  pixels of the PNG to one of the SVG
 * @returns a PNG file, transparent where nothing is drawn
 */
export async function rasterizeSvg(svg: string, scale = 2): Promise<Uint8Array> {
  const { Resvg, fontBuffers } = await (ready ??= start());
  const family = "DejaVu Sans";
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontBuffers: [...fontBuffers], loadSystemFonts: false, defaultFontFamily: family, sansSerifFamily: family },
  }).render();
  try {
    return image.asPng();
  } finally {
    image.free();
  }
}

let ready: ReturnType<typeof start> | undefined;

/** The library, which most commands do without, and the fonts: regular and bold. */
async function start(): Promise<{
  readonly Resvg: typeof import("@resvg/resvg-wasm").Resvg;
  readonly fontBuffers: readonly Uint8Array[];
}> {
  const require = createRequire(import.meta.url);
  const load = (path: string): Promise<Uint8Array> => readFile(require.resolve(path));
  const { initWasm, Resvg } = await import("@resvg/resvg-wasm");
  await initWasm(await load("@resvg/resvg-wasm/index_bg.wasm"));
  const fonts = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"];
  return { Resvg, fontBuffers: await Promise.all(fonts.map((name) => load(`dejavu-fonts-ttf/ttf/${name}`))) };
}
