/** What a circuit is, for a report: drawn, and as the equations it stands for. */
import type { ReportSection } from "@settle/runs";
import { type Compiled, drawCircuit, printEquations } from "@settle/settle";

export async function circuitSection(compiled: Compiled): Promise<ReportSection> {
  return {
    heading: "What it computes",
    blocks: [
      { kind: "drawing", name: "circuit", caption: "The circuit", svg: await drawCircuit(compiled) },
      {
        kind: "code",
        code: printEquations(compiled.equations),
        caption: "The equations, as the compiler derived them",
      },
    ],
  };
}
