/** The layout library, loaded when first needed: it is large. The bundle runs in Node and in browsers alike. */
import type { ElkNode } from "elkjs";

type Layout = (graph: ElkNode) => Promise<ElkNode>;

let started: Promise<Layout> | undefined;

/** Places the nodes and edges of a graph. One that is started serves every picture: starting takes longest. */
export async function layOut(graph: ElkNode): Promise<ElkNode> {
  started ??= start();
  return (await started)(graph);
}

async function start(): Promise<Layout> {
  // CommonJS: the class is the module itself, and its own `default`.
  const { default: bundle } = await import("elkjs/lib/elk.bundled.js");
  const elk = new bundle.default();
  return (graph) => elk.layout(graph);
}
