/** Circuits that fit the language, and documents that nearly do. */
import { parsePointer } from "@settle/diagnostics";
import type { CircuitSpec } from "@settle/spec";
import fc from "fast-check";

const id = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,5}$/)
  .filter((name) => name !== "constructor" && name !== "prototype");
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const small = fc.double({ min: 0, max: 10, noNaN: true });
const positive = fc.double({ min: 1e-6, max: 10, noNaN: true });
const fraction = fc.double({ min: 0, max: 0.999, noNaN: true });
const count = fc.integer({ min: 1, max: 64 });
const text = fc.string({ minLength: 1 });
const pair = fc.oneof(count, fc.tuple(count, count));

const part = <T>(required: { [K in keyof T]: fc.Arbitrary<T[K]> }, optional: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(
    { ...required, ...optional },
    {
      requiredKeys: Object.keys(required),
      noNullPrototype: true,
    },
  );

const law = fc.oneof(
  part({ kind: fc.constant("normal"), std: small }, { mean: number }),
  fc
    .tuple(number, number)
    .filter(([a, b]) => a < b)
    .map(([low, high]) => ({ kind: "uniform", low, high })),
  part({ kind: fc.constant("constant"), value: number }, {}),
  fc.constant({ kind: "zeros" }),
);
const words = [
  "identity",
  "relu",
  "leaky-relu",
  "elu",
  "selu",
  "gelu",
  "softplus",
  "tanh",
  "sigmoid",
  "hard-tanh",
] as const;
const activation = fc.oneof(
  fc.constantFrom(...words),
  part({ kind: fc.constantFrom("identity", "relu", "selu", "gelu", "softplus", "tanh", "sigmoid", "hard-tanh") }, {}),
  part({ kind: fc.constant("leaky-relu") }, { slope: number }),
  part({ kind: fc.constant("elu") }, { alpha: number }),
  part(
    { kind: fc.constant("custom"), expression: fc.constantFrom("x", "max(x, 0.2*x)", "x/(1 + abs(x))") },
    { derivative: fc.constant("1") },
  ),
);
const output = fc.oneof(activation, fc.constant("softmax"), fc.constant({ kind: "softmax" }));
const leak = fc.oneof(small, part({ rate: small }, { scaled: fc.boolean() }));
const prior = fc.oneof(
  fc.constant({ kind: "none" }),
  part({ kind: fc.constantFrom("laplace", "gaussian", "cauchy", "exp") }, { strength: small }),
);
const dynamics = { activation, derivative: fc.boolean(), rate: positive, leak, prior, initial: law };
const shape = fc.oneof(fc.tuple(count), fc.tuple(count, count, count));
const state = part(
  {},
  { shape, channels: count, ...dynamics, observed: fc.record({ data: text }, { noNullPrototype: true }) },
);

const sigma = fc.oneof(positive, fc.array(positive, { minLength: 1, maxLength: 3 }));
const matrix = fc.array(fc.array(number, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });
const weighing = {
  apply: fc.constantFrom("whiten", "weigh"),
  learn: fc.oneof(fc.boolean(), part({}, { floor: positive })),
};
const precision = fc.oneof(
  part({ kind: fc.constant("scalar") }, { sigma: positive, ...weighing }),
  part({ kind: fc.constantFrom("diagonal", "channel") }, { sigma, ...weighing }),
  part({ kind: fc.constant("full") }, { sigma, covariance: matrix, ...weighing }),
);
const rule = fc.oneof(
  fc.constantFrom("adam", "sgd", "momentum", "nag", "normalized"),
  part({ kind: fc.constant("adam") }, { beta1: fraction, beta2: fraction, epsilon: positive }),
  part({ kind: fc.constantFrom("momentum", "nag") }, { factor: fraction }),
  part({ kind: fc.constant("normalized") }, { epsilon: positive }),
  part({ kind: fc.constant("sgd") }, {}),
);
const learnOverrides = { rule, rateFactor: positive, decay: small };
const span = fc.oneof(fraction, count);
const unit = fc.double({ min: 0.01, max: 1, noNaN: true });
const schedule = fc.oneof(
  fc.constantFrom("constant", "linear", "cosine"),
  part({ kind: fc.constant("constant") }, { warmup: span }),
  part({ kind: fc.constantFrom("linear", "cosine") }, { warmup: span, from: span, final: unit }),
  part({ kind: fc.constant("step"), every: span }, { warmup: span, factor: unit }),
);

const comparison = {
  compares: fc.constantFrom("state", "activity"),
  output,
  bias: fc.oneof(fc.boolean(), part({}, { initial: law, learn: fc.oneof(fc.boolean(), part({}, learnOverrides)) })),
  precision,
};
const error = part({ target: id }, comparison);

const constraint = fc.oneof(
  fc.constant({ kind: "none" }),
  part({ kind: fc.constant("max-norm"), over: fc.constantFrom("kernel", "source", "target") }, { bound: positive }),
);
const stable = part({ kind: fc.constant("stable"), bound: positive }, { every: count });
const circuitConstraint = fc.oneof(
  constraint,
  stable,
  fc.array(fc.oneof(constraint, stable), { minLength: 1, maxLength: 3 }),
);
const traits = {
  coefficient: number,
  feedback: fc.oneof(
    fc.constantFrom("tied", "separate", "none"),
    part({ kind: fc.constantFrom("tied", "none") }, {}),
    part({ kind: fc.constant("separate") }, { lambda: small, initial: law }),
  ),
  initial: law,
  learn: fc.oneof(fc.boolean(), part({}, { constraint, ...learnOverrides })),
};
const padding = fc.constantFrom("same", "valid");
const convolution = {
  kernel: pair,
  stride: pair,
  padding,
  groups: count,
  local: fc.boolean(),
};
const bit = fc.constantFrom(0, 1);
const mask = fc.oneof(
  part({ kind: fc.constant("random"), density: fc.double({ min: 0.01, max: 1, noNaN: true }) }, { seed: count }),
  part(
    {
      kind: fc.constant("given"),
      values: fc.array(fc.oneof(bit, fc.array(bit, { maxLength: 2 })), { minLength: 1, maxLength: 3 }),
    },
    {},
  ),
);
const weighted = { ...traits, mask, weights: id };
const stageTraits = {
  channels: count,
  shape: fc.constantFrom([3], [2, 2, 1]),
  pool: part({ kind: fc.constantFrom("average", "max"), size: pair }, { stride: pair }),
  activation: fc.constantFrom("relu", "tanh"),
  upsample: pair,
  feedback: fc.constantFrom("tied", "separate", "none"),
  initial: law,
  learn: traits.learn,
  mask,
};
const stage = fc.oneof(
  part({ kind: fc.constant("dense") }, stageTraits),
  part({ kind: fc.constantFrom("conv2d", "deconv2d") }, { ...stageTraits, ...convolution }),
);
const skipKind = fc.constantFrom("none", "identity", "projection", "resize");
const block = {
  stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
  skip: fc.oneof(
    skipKind,
    part({ kind: skipKind }, { feedback: fc.boolean(), initial: law, learn: traits.learn, mask }),
  ),
  credit: fc.constantFrom("lra", "backprop"),
  poolBypass: fc.constantFrom("nearest", "argmax"),
};
const { coefficient, feedback } = traits;
const pooling = { operation: fc.constantFrom("average", "max"), size: pair };
const ends = { from: id, to: id };
const synapse = fc.oneof(
  part({ ...ends, kind: fc.constant("dense") }, weighted),
  part({ ...ends, kind: fc.constantFrom("conv2d", "deconv2d") }, { ...weighted, ...convolution }),
  part({ ...ends, kind: fc.constant("pool") }, { coefficient, feedback, ...pooling, stride: pair, padding }),
  part({ ...ends, kind: fc.constant("upsample") }, { coefficient, feedback, factor: pair }),
  part({ ...ends, kind: fc.constant("block") }, { ...traits, ...block }),
  part(ends, { ...weighted, ...convolution, ...block, ...pooling, factor: pair }),
);

const within = { to: id };
const learned = {
  ...within,
  initial: law,
  follows: fc.oneof(
    fc.constantFrom("residual", "anti-hebbian"),
    part({ kind: fc.constant("residual") }, {}),
    part({ kind: fc.constant("anti-hebbian") }, { target: small }),
  ),
  learn: fc.oneof(fc.boolean(), part({}, { constraint })),
};
const lateral = fc.oneof(
  part({ from: id, kind: fc.constant("groups"), size: count }, { ...within, excite: small, inhibit: small }),
  part({ from: id, kind: fc.constant("matrix"), values: matrix }, within),
  part({ from: id, kind: fc.constant("dense") }, learned),
  part({ from: id, kind: fc.constant("conv2d"), kernel: pair }, learned),
);

const settle = part(
  {},
  {
    steps: count,
    rate: fc.oneof(positive, part({ auto: fc.double({ min: 0.01, max: 1, noNaN: true }) }, {})),
    leak,
    integrator: fc.oneof(
      fc.constantFrom("euler", "heun", "rk4", "adaptive"),
      part({ kind: fc.constant("adaptive") }, { tolerance: positive, initial: positive, largest: positive }),
      part({ kind: fc.constantFrom("euler", "heun", "rk4") }, {}),
      part({ kind: fc.constant("momentum"), factor: fraction }, { nesterov: fc.boolean() }),
    ),
    start: fc.constantFrom("projection", "initial"),
    errors: fc.constantFrom("fresh", "stale"),
    tolerance: positive,
    patience: count,
  },
);
const learn = part(
  {},
  {
    rule,
    rate: positive,
    schedule,
    decay: small,
    constraint: circuitConstraint,
    batch: count,
  },
);
const record = (value: fc.Arbitrary<unknown>) => fc.dictionary(id, value, { maxKeys: 3, noNullPrototype: true });

/** A circuit every field of which may be there; its parts need not fit each other. */
export const arbitraryCircuit: fc.Arbitrary<CircuitSpec> = part(
  {
    version: fc.constant(1),
    name: fc.stringMatching(/^[A-Za-z0-9]{1,4}(-[A-Za-z0-9]{1,3})?$/),
    states: record(state),
    errors: record(error),
    synapses: record(synapse),
  },
  {
    $schema: fc.string(),
    title: fc.string(),
    description: fc.string(),
    sources: fc.array(text, { maxLength: 2 }),
    defaults: part(
      {},
      {
        state: part({}, dynamics),
        error: part({}, comparison),
        synapse: part(
          {},
          {
            kind: fc.constantFrom("dense", "conv2d", "deconv2d", "pool", "upsample", "block"),
            ...traits,
            mask,
            ...convolution,
            ...pooling,
            factor: pair,
            ...block,
          },
        ),
      },
    ),
    laterals: record(lateral),
    settle,
    learn,
  },
) as unknown as fc.Arbitrary<CircuitSpec>;

/** A template: some of a circuit's values became parameters, at times named by a field of another type. */
export const arbitraryTemplate: fc.Arbitrary<unknown> = fc
  .tuple(arbitraryCircuit, fc.array(fc.tuple(fc.nat(), fc.nat(9)), { minLength: 1, maxLength: 3 }))
  .map(([circuit, picks]) => {
    let document: unknown = structuredClone(circuit);
    const parameters: Record<string, unknown> = {};
    for (const [index, [where, swap]] of picks.entries()) {
      const places = pointersOf(document).filter((pointer) =>
        /^\/(states|errors|synapses|laterals|settle|learn)\/(?!.*\$parameter)/.test(pointer),
      );
      const path = parsePointer(places[where % Math.max(1, places.length)] ?? "/name");
      const value = path.reduce((inside: unknown, step) => (inside as Record<string, unknown>)[step], document);
      const isText = typeof value === "string" && value !== "";
      if (path[0] === "name" || !(isText || typeof value === "number" || typeof value === "boolean")) continue;
      parameters[`p${index}`] = declared(value, isText, swap);
      document = edit(document, path, 0, "", { $parameter: `p${index}` });
    }
    return { ...(document as object), parameters };
  });

/** A parameter with this default and what may be said of such a one; at times it has another type. */
function declared(value: string | number | boolean, isText: boolean, swap: number): unknown {
  const about = swap === 1 ? { description: "what it is for" } : {};
  if (isText) return { default: value, options: [value], ...about };
  if (swap === 0) return { default: true };
  if (typeof value !== "number" || swap < 5) return { default: value, ...about };
  return { default: value, min: value, max: value + 1, integer: Number.isInteger(value) };
}

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    "",
    "x",
    "tied",
    "tanh",
    "softmax",
    0,
    -1,
    1,
    1.5,
    1e300,
    2 ** 53,
    [],
    {},
    [1, 2],
    [1, 2, 3, 4],
  ),
  fc.constantFrom<unknown>(
    { kind: "normal" },
    { kind: "none" },
    { kind: "dens" },
    { rate: -1 },
    { kind: 3 },
    [0],
    [1, "2"],
    ["a"],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const oddKey = fc.oneof(
  fc.constantFrom(
    "kind",
    "rate",
    "kernel",
    "strid",
    "shape",
    "constructor",
    "prototype",
    "1a",
    "a b",
    "",
    "toString",
    "parameters",
  ),
  fc.string({ maxLength: 4 }),
);

/** A circuit in which one to three fields were replaced, removed, added or renamed. */
export const nearlyCircuit: fc.Arbitrary<unknown> = fc
  .tuple(arbitraryCircuit, fc.array(fc.tuple(fc.nat(), fc.nat(3), oddKey, oddValue), { minLength: 1, maxLength: 3 }))
  .map(([circuit, edits]) => {
    let document: unknown = structuredClone(circuit);
    for (const [where, how, key, value] of edits) {
      const pointers = pointersOf(document);
      document = edit(
        document,
        parsePointer(pointers[where % pointers.length] ?? ""),
        how,
        key,
        structuredClone(value),
      );
    }
    return document;
  });

function pointersOf(value: unknown, pointer = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [pointer];
  const inside = Object.entries(value).flatMap(([key, child]) =>
    pointersOf(child, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`),
  );
  return [pointer, ...inside];
}

function edit(document: unknown, path: readonly string[], how: number, key: string, value: unknown): unknown {
  const last = path.at(-1);
  if (last === undefined) return how === 0 ? value : document;
  const parent = path
    .slice(0, -1)
    .reduce((inside: unknown, step) => (inside as Record<string, unknown>)[step], document);
  const fields = parent as Record<string, unknown>;
  if (how === 1 && !Array.isArray(parent)) delete fields[last];
  else if (how === 2 && !Array.isArray(parent)) fields[key] = value;
  else if (how === 3 && !Array.isArray(parent)) {
    fields[key] = fields[last];
    delete fields[last];
  } else fields[last] = value;
  return document;
}
