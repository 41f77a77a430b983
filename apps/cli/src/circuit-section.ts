/** What a circuit is, for a report: drawn, and as the equations it stands for. */
import type { ReportSection } from "@settle/runs";
import { type Compiled, drawCircuit, printEquations } from "@settle/settle";

/** @param options.drawn  default true; a drawing takes a quarter of a second */
export async function circuitSection(compiled: Compiled, { drawn = true } = {}): Promise<ReportSection> {
  const drawing = drawn && {
    kind: "drawing" as const,
    name: "circuit",
    caption: "The circuit",
    svg: await drawCircuit(compiled),
  };
  return {
    heading: "What it computes",
    blocks: [
      ...(drawing ? [drawing] : []),
      {
        kind: "code",
        code: printEquations(compiled.equations),
        caption: "The equations, as the compiler derived them",
      },
    ],
  };
}
