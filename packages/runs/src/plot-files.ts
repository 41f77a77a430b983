/** A plot by itself: for slides, papers and pages that cannot show SVG. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

/** Makes an SVG out of a page stand alone: black on white, with the name of its language. */
export function standaloneSvg(svg: string): string {
  return svg
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" color="#1b1f24" ')
    .replace(">", '><rect width="100%" height="100%" fill="white"/>');
}

/**
 * Draws an SVG at twice its size. The fonts are those of the formulae, since a machine may have none.
 * @returns the bytes of a PNG file
 */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  ready ??= load();
  const fonts = await ready;
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: 2 },
    background: "white",
    font: { fontBuffers: [...fonts], defaultFontFamily: "KaTeX_SansSerif", sansSerifFamily: "KaTeX_SansSerif" },
  }).render();
  try {
    return image.asPng();
  } finally {
    image.free();
  }
}

let ready: Promise<readonly Uint8Array[]> | undefined;

async function load(): Promise<readonly Uint8Array[]> {
  const { resolve } = createRequire(import.meta.url);
  const file = (name: string) => readFile(resolve(name));
  await initWasm(await file("@resvg/resvg-wasm/index_bg.wasm"));
  // The second has the Greek letters and signs that the first lacks.
  return Promise.all([
    file("katex/dist/fonts/KaTeX_SansSerif-Regular.ttf"),
    file("katex/dist/fonts/KaTeX_Main-Regular.ttf"),
    file("katex/dist/fonts/KaTeX_Math-Italic.ttf"),
  ]);
}
