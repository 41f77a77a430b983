/** Makes an SVG out of a page stand alone, for slides and papers: black on white, with the name of its language. */
export function standaloneSvg(svg: string): string {
  const [start = ""] = /^<svg [^>]*>/.exec(svg) ?? [];
  const language = start.includes(" xmlns=") ? "" : 'xmlns="http://www.w3.org/2000/svg" ';
  return svg
    .replace("<svg ", `<svg ${language}color="#1b1f24" `)
    .replace(">", '><rect width="100%" height="100%" fill="white"/>');
}
