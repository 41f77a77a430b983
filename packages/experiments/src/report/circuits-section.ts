/** The circuits side by side, and what sets each apart from the one the others are compared with. */
import type { ReportBlock, ReportSection } from "@settle/runs";
import { compile, type Compiled, diffCircuits, drawCircuit, printDiff } from "@settle/settle";
import type { Comparison } from "../comparison.ts";
import type { LoadedExperiment } from "../load-experiment.ts";
import { slug } from "./report-sections.ts";

export async function circuitsSection({ spec }: LoadedExperiment, { plan }: Comparison): Promise<ReportSection> {
  const circuits = plan.circuits.map(({ id, title, spec: circuit }) => ({ id, title, compiled: compiled(circuit) }));
  const reference = circuits.find(({ id }) => id === spec.baseline) ?? circuits[0];
  const drawings: ReportBlock[] = [];
  const differences: ReportBlock[] = [];
  for (const { id, title, compiled: circuit } of circuits) {
    drawings.push({
      kind: "drawing",
      name: `circuit-${slug(id)}`,
      caption: title,
      svg: await drawCircuit(circuit),
    });
    if (reference === undefined || id === reference.id) continue;
    differences.push({
      kind: "code",
      caption: `From ${reference.title} to ${title}`,
      code: printDiff(diffCircuits(reference.compiled, circuit)).trimEnd(),
    });
  }
  return { heading: "The circuits", blocks: [...drawings, ...differences] };
}

function compiled(circuit: Parameters<typeof compile>[0]): Compiled {
  const result = compile(circuit);
  if (!result.ok) throw new Error("a circuit that was checked does not compile");
  return result;
}
