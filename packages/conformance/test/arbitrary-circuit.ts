/** Random small circuits whose corrections are gradients: smooth activations with derivative, tied feedback, g identity. */
import type {
  ActivationSpec,
  CircuitSpec,
  ErrorSpec,
  LateralSpec,
  PrecisionSpec,
  StateSpec,
  StageSpec,
  SynapseSpec,
} from "@settle/spec";
import fc from "fast-check";

type Shape = readonly number[];
interface Operation extends Readonly<Record<string, unknown>> {
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

type PrecisionKind = "none" | PrecisionSpec["kind"];

function precisionOf(kind: PrecisionKind, shape: Shape): Pick<ErrorSpec, "precision"> {
  const channels = shape.at(-1)!;
  const entries = kind === "diagonal" ? shape.reduce((product, n) => product * n, 1) : channels;
  const sigma = Array.from({ length: entries }, (_, k) => 0.7 + 0.2 * (k % 7));
  const apply = "weigh";
  switch (kind) {
    case "none":
      return {};
    case "scalar":
      return { precision: { kind, sigma: 0.8, apply } };
    case "channel":
    case "diagonal":
      return { precision: { kind: shape.length === 1 ? "diagonal" : kind, sigma, apply } };
    case "full":
      return { precision: { kind, covariance: covarianceOf(sigma), apply } };
    default:
      return kind satisfies never;
  }
}

/** With correlations of 0.3, alternately positive and negative. */
function covarianceOf(sigma: readonly number[]): readonly (readonly number[])[] {
  return sigma.map((a, i) => sigma.map((b, j) => (i === j ? a * b : 0.3 * (-1) ** (i + j) * a * b)));
}

/** A synapse without stages: dense, (de)convolution with groups or filters of its own, average pool, upsampling. */
function plainBetween(from: Shape, to: Shape, { choice, form }: { choice: number; form: string }): SynapseSpecOfKind {
  const fixed: SynapseSpecOfKind[] = [];
  if (from.length === 3 && to.length === 3 && from[2] === to[2]) {
    for (const n of [1, 2, 3]) {
      const fits = (big: Shape, small: Shape): boolean => [0, 1].every((k) => Math.ceil(big[k]! / n) === small[k]!);
      if (fits(from, to)) fixed.push({ kind: "pool", size: [n, 2], stride: n });
      if (fits(to, from)) fixed.push({ kind: "upsample", factor: n });
    }
  }
  const options = [...convolutions(from, to), ...fixed];
  const operation = options[choice % (options.length + 1)] ?? { kind: "dense" as const };
  if (operation.kind !== "conv2d" && operation.kind !== "deconv2d") return operation;
  const groups = [2, 3].find((n) => from[2]! % n === 0 && to[2]! % n === 0);
  if (form === "grouped" && groups !== undefined) return { ...operation, groups };
  return form === "local" ? { ...operation, local: true } : operation;
}

type SynapseSpecOfKind = { readonly kind: NonNullable<SynapseSpec["kind"]>; readonly [field: string]: unknown };

/** Up to three stages between any two shapes, exact: average pools, smooth activations, upsampling, every skip that fits. */
function blockBetween(from: Shape, to: Shape, choice: number): SynapseSpecOfKind {
  const bit = (k: number): boolean => Math.floor(choice / 2 ** k) % 2 === 1;
  const stages: Partial<StageSpec>[] = [
    {
      kind: "dense",
      shape: [3, 4, 2],
      ...(bit(0) ? { pool: { kind: "average", size: [2, 3], stride: bit(1) ? 2 : 1 } } : {}),
      activation: bit(2) ? "tanh" : "softplus",
      ...(bit(3) ? { upsample: 2 } : {}),
    },
    ...(bit(4)
      ? [{ kind: "conv2d" as const, kernel: [3, 2] as const, channels: 2, activation: "sigmoid" as const }]
      : []),
    { kind: "dense", ...(bit(5) ? { activation: "gelu" as const } : {}) },
  ];
  const same = from.length === to.length && from.every((n, k) => n === to[k]);
  const maps = from.length === 3 && to.length === 3;
  const whole = (big: Shape, small: Shape): boolean =>
    [0, 1].every(
      (k) => Math.ceil(big[k]! / Math.ceil(big[k]! / small[k]!)) === small[k]! && big[k]! >= (small[k] ?? 0),
    );
  const resizes = maps && (whole(from, to) || whole(to, from));
  const skip = same && bit(6) ? "identity" : resizes && bit(7) ? "projection" : "none";
  return { kind: "block", credit: "backprop", stages, skip };
}

function sameTensor(
  other: SynapseSpec,
  operation: SynapseSpecOfKind,
  nodes: readonly { readonly shape: Shape }[],
  ends: { readonly from: string; readonly to: string },
): boolean {
  if (operation.kind !== "dense" && operation.kind !== "conv2d" && operation.kind !== "deconv2d") return false;
  const fields = ({ kind, ...rest }: Readonly<Record<string, unknown>>): string =>
    JSON.stringify([kind, rest["kernel"], rest["groups"], rest["local"], rest["stride"], rest["padding"]]);
  const shapeOf = (id: string): string => JSON.stringify(nodes[Number(id.slice(1))]!.shape);
  const alike = (a: string, b: string): boolean => shapeOf(a) === shapeOf(b);
  return fields(other) === fields(operation) && alike(other.from, ends.from) && alike(other.to, ends.to);
}

const node = fc.record({
  shape: fc.constantFrom(...shapes),
  activation: fc.constantFrom(...smooth),
  bias: fc.boolean(),
  compares: fc.constantFrom("state" as const, "activity" as const),
  precision: fc.constantFrom<PrecisionKind>("none", "scalar", "diagonal", "channel", "full"),
  /** Of the one node below it that every node predicts. */
  below: fc.nat(),
});
const edge = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  choice: fc.nat(),
  form: fc.constantFrom("plain" as const, "plain" as const, "grouped" as const, "local" as const, "block" as const),
  /** Whether its weights are those of an earlier synapse of the same kind between the same shapes, if there is one. */
  shares: fc.boolean(),
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
      const source = nodes[from]!.shape;
      const ends = { from: `s${from}`, to: `e${to}`, coefficient: each.coefficient };
      const operation =
        each.form === "block"
          ? blockBetween(source, target.shape, each.choice)
          : plainBetween(source, target.shape, each);
      const alike = Object.entries(synapses).find(
        ([, other]) => each.shares && sameTensor(other, operation, nodes, ends),
      );
      const weights =
        alike === undefined ? {} : { weights: ("weights" in alike[1] ? alike[1].weights : undefined) ?? alike[0] };
      synapses[`w${from}-${to}`] = { ...operation, ...ends, ...weights };
    }
    return { version: 1, name: "random", states, errors, synapses };
  });

const lateral = fc.record({
  of: fc.nat(),
  kind: fc.constantFrom("groups" as const, "matrix" as const, "dense" as const, "conv2d" as const),
  follows: fc.constantFrom("residual" as const, "anti-hebbian" as const),
  learn: fc.boolean(),
});

type Drawn = typeof lateral extends fc.Arbitrary<infer Value> ? Value : never;

/**
 * The same with what makes corrections more than gradients: lateral synapses, whitened errors, learned precisions; and
 * perhaps a bound on λmax.
 */
export const arbitraryCircuitWithLaterals: fc.Arbitrary<CircuitSpec> = fc
  .record({
    circuit: arbitraryCircuit,
    laterals: fc.array(lateral, { maxLength: 3 }),
    whiten: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    learn: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    bounded: fc.boolean(),
  })
  .map(({ circuit, laterals, whiten, learn, bounded }) => ({
    ...circuit,
    ...(bounded && { learn: { constraint: { kind: "stable", bound: 1 } } as const }),
    errors: Object.fromEntries(
      Object.entries(circuit.errors).map(([id, error], index) => {
        if (error.precision === undefined) return [id, error];
        const apply = whiten[index] === true ? "whiten" : "weigh";
        return [
          id,
          { ...error, precision: { ...error.precision, apply, learn: learn[index] === true && { floor: 0.25 } } },
        ];
      }),
    ),
    laterals: Object.fromEntries(
      laterals.map(({ of, ...rest }, index) => {
        const states = Object.keys(circuit.states);
        return [`v${index}`, lateralSpec(circuit, states[of % states.length]!, rest)];
      }),
    ),
  }));

function lateralSpec(circuit: CircuitSpec, from: string, { kind, follows, learn }: Omit<Drawn, "of">): LateralSpec {
  const shape = circuit.states[from]!.shape!;
  const n = shape.at(-1)!;
  const measured = Object.values(circuit.errors).some(({ target }) => target === from);
  const learned = { learn, follows: measured ? follows : ("anti-hebbian" as const) };
  switch (kind) {
    case "groups":
      return { kind, from, size: n % 2 === 0 ? 2 : n };
    case "matrix":
      return { kind, from, values: covarianceOf(Array.from({ length: n }, () => 0.3)) };
    case "dense":
      return { kind, from, ...learned };
    case "conv2d":
      return shape.length === 1 ? { kind: "dense", from, ...learned } : { kind, from, kernel: [3, 2], ...learned };
    default:
      return kind satisfies never;
  }
}
