/** The line under a picture's name. */
import type { CircuitAnalysis } from "@settle/compiler";

export function pictureSubtitle(analysis: CircuitAnalysis): string {
  const { hierarchical, cyclic } = analysis.class;
  const kind = hierarchical ? "hierarchical" : cyclic ? "not hierarchical, cyclic" : "not hierarchical";
  return `${analysis.parameters.total.toLocaleString("en")} parameters · ${kind}`;
}
