/** A graph of labelled nodes: what Mermaid, DOT and SVG are made of, for every level of the compiler. */

/**
 * What a node stands for, and so how it is drawn.
 * - `state` round, `error` diamond. - `value` a box: something computed. - `store` a drum: a buffer or a parameter.
 */
export type FlowNodeKind = "state" | "error" | "value" | "store";

export interface FlowNode {
  readonly id: string;
  readonly kind: FlowNodeKind;
  readonly label: readonly string[];
  /** The group it is drawn in: a phase. */
  readonly group?: string;
}

export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly label?: string;
  /** Dashed: feedback, or the way back into the next step. */
  readonly dashed?: boolean;
}

export interface FlowGraph {
  readonly name: string;
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
  readonly groups: readonly { readonly id: string; readonly label: string }[];
}
