import katex from "katex";

/** @returns displayed MathML, or undefined when the LaTeX cannot be set */
export function renderMath(latex: string): string | undefined {
  try {
    return katex.renderToString(latex, {
      displayMode: true,
      output: "mathml",
      throwOnError: true,
      trust: false,
      strict: "ignore",
    });
  } catch (error) {
    if (error instanceof katex.ParseError) return undefined;
    throw error;
  }
}
