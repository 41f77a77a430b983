/** Random small circuits whose corrections are gradients: smooth activations with derivative, tied feedback, g identity. */
import type { ActivationSpec, CircuitSpec, ErrorSpec, StateSpec, SynapseSpec } from "@settle/spec";
import fc from "fast-check";

type Shape = readonly number[];
interface Operation {
  readonly kind: "conv2d" | "deconv2d";
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: "same" | "valid";
}

const shapes: readonly Shape[] = [[3], [5], [4, 4, 2], [2, 2, 3], [3, 2, 2], [5, 3, 1]];
const smooth: readonly ActivationSpec[] = [
  "tanh",
  "sigmoid",
  "softplus",
  "gelu",
  "identity",
  { kind: "custom", expression: "x / (1 + x*x)" },
];

/** Every convolution, either way, that leads from one shape to the other; none between vectors. */
function convolutions(from: Shape, to: Shape): Operation[] {
  const fits = (big: Shape, small: Shape, kernel: number, stride: number, padding: string): boolean =>
    [0, 1].every((axis) => {
      const extent = padding === "same" ? big[axis]! : big[axis]! - kernel + 1;
      return extent >= 1 && Math.ceil(extent / stride) === small[axis]!;
    });
  if (from.length !== 3 || to.length !== 3) return [];
  return [1, 2, 3].flatMap((kernel) =>
    [1, 2, 3].flatMap((stride) =>
      (["same", "valid"] as const).flatMap((padding) => [
        ...(fits(from, to, kernel, stride, padding)
          ? [{ kind: "conv2d" as const, kernel: [kernel, kernel] as const, stride: [stride, stride] as const, padding }]
          : []),
        ...(fits(to, from, kernel, stride, padding)
          ? [
              {
                kind: "deconv2d" as const,
                kernel: [kernel, kernel] as const,
                stride: [stride, stride] as const,
                padding,
              },
            ]
          : []),
      ]),
    ),
  );
}

function precisionOf(kind: "none" | "scalar" | "diagonal", shape: Shape): Pick<ErrorSpec, "precision"> {
  if (kind === "none") return {};
  const sigma = kind === "scalar" ? 0.8 : Array.from({ length: shape.at(-1)! }, (_, k) => 0.7 + 0.2 * k);
  return { precision: { kind, sigma, apply: "weigh" } };
}

const node = fc.record({
  shape: fc.constantFrom(...shapes),
  activation: fc.constantFrom(...smooth),
  bias: fc.boolean(),
  compares: fc.constantFrom("state" as const, "activity" as const),
  precision: fc.constantFrom("none" as const, "scalar" as const, "diagonal" as const),
  /** Of the one node below it that every node predicts. */
  below: fc.nat(),
});
const edge = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  choice: fc.nat(),
  coefficient: fc.constantFrom(1, 0.5, -1.5),
});

/**
 * Two to four states. State 0 is observed, perhaps the last as well; every other state predicts a lower one, and up to
 * three more synapses lie anywhere: skips, cycles, self-predictions, several predictors of one state.
 */
export const arbitraryCircuit: fc.Arbitrary<CircuitSpec> = fc
  .record({
    nodes: fc.array(node, { minLength: 2, maxLength: 4 }),
    edges: fc.array(edge, { minLength: 3, maxLength: 6 }),
    labelled: fc.boolean(),
  })
  .map(({ nodes, edges, labelled }) => {
    const states: Record<string, StateSpec> = {};
    for (const [index, { shape, activation }] of nodes.entries()) {
      const observed = index === 0 || (labelled && index === nodes.length - 1);
      states[`s${index}`] = {
        shape,
        activation,
        derivative: true,
        ...(observed ? { observed: { data: `field${index}` } } : {}),
      };
    }
    const pairs = new Map<string, { from: number; to: number; edge: (typeof edges)[number] }>();
    for (const [index, { below }] of nodes.entries()) {
      if (index === 0) continue;
      const to = below % index;
      pairs.set(`${index} ${to}`, { from: index, to, edge: edges[index % edges.length]! });
    }
    for (const each of edges.slice(3)) {
      const from = each.from % nodes.length;
      const to = each.to % nodes.length;
      pairs.set(`${from} ${to}`, { from, to, edge: each });
    }
    const errors: Record<string, ErrorSpec> = {};
    const synapses: Record<string, SynapseSpec> = {};
    for (const { from, to, edge: each } of pairs.values()) {
      const target = nodes[to]!;
      errors[`e${to}`] = {
        target: `s${to}`,
        bias: target.bias,
        compares: target.compares,
        ...precisionOf(target.precision, target.shape),
      };
      const options = convolutions(nodes[from]!.shape, target.shape);
      const operation = options[each.choice % (options.length + 1)] ?? { kind: "dense" as const };
      synapses[`w${from}-${to}`] = { ...operation, from: `s${from}`, to: `e${to}`, coefficient: each.coefficient };
    }
    return { version: 1, name: "random", states, errors, synapses };
  });
