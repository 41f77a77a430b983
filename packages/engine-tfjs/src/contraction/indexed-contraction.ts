/**
 * Any relation at all: entries are gathered by the index map, then multiplied as matrices. The way for groups, unshared
 * and fixed weights and mixed directions; slower than the forms a backend has a kernel for.
 */
import { type Relation, weightShape } from "@settle/program";
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import type { Contraction, ContractOperands } from "./contraction.ts";
import { indexMap, type IndexMap } from "./index-map.ts";
import { kernelForm } from "./kernel-form.ts";
import { matrixProduct } from "./matrix-product.ts";

/** One direction of the relation: `given` is what the entries are gathered from, `taken` what comes out. */
interface Direction {
  readonly produce: "pre" | "post";
  readonly positions: number;
  /** Channels of the given and of the taken side, per group. */
  readonly given: number;
  readonly taken: number;
}

export function indexedContraction(kit: Kit, relation: Relation, produce: "pre" | "post" | "weight"): Contraction {
  const map = indexMap(relation);
  const key = JSON.stringify(relation);
  if (produce === "weight") {
    const shared = isShared(relation);
    const gradient = shared ? sharedGradient : unsharedGradient;
    return (operands) => kit.tf.reshape(gradient(kit, relation, map, key, operands), [...weightShape(relation)]);
  }
  const perGroup = { pre: relation.preChannels / relation.groups, post: relation.postChannels / relation.groups };
  const [given, taken] = produce === "post" ? (["pre", "post"] as const) : (["post", "pre"] as const);
  const positions = produce === "post" ? map.postPositions : map.prePositions;
  const direction: Direction = { produce, positions, given: perGroup[given], taken: perGroup[taken] };
  const { tf } = kit;
  const mean = relation.weights.kind === "mean";
  const shares = (): Tensor => kit.constant(`shares ${key}`, () => sharesOf(kit, map));
  return (operands) => {
    const x = required(operands[given]);
    const byPosition = (): Tensor => tf.reshape(x, [x.shape[0] ?? 0, map.postPositions, relation.postChannels]);
    const shared = mean && produce === "pre" ? tf.mul(byPosition(), shares()) : x;
    const sums = transfer(kit, relation, map, key, direction, shared, operands.weight);
    const result = mean && produce === "post" ? tf.mul(sums, shares()) : sums;
    return operands.bias === undefined ? result : tf.add(result, operands.bias);
  };
}

/** Of each post position, one over the pre positions it meets: `[1, post positions, 1]`. */
function sharesOf({ tf }: Kit, { preOf, postPositions, taps }: IndexMap): Tensor {
  const shares = Array.from({ length: postPositions }, (_, post) => {
    const met = preOf.slice(post * taps, (post + 1) * taps).filter(({ other }) => other >= 0);
    return met.length === 0 ? 0 : 1 / met.length;
  });
  return tf.tensor(shares, [1, postPositions, 1]);
}

const isShared = ({ weights }: Relation): boolean => weights.kind !== "tensor" || weights.shared;

/** @returns `[n, positions, channels]` */
function transfer(
  kit: Kit,
  relation: Relation,
  map: IndexMap,
  key: string,
  direction: Direction,
  given: Tensor,
  weight: Tensor | undefined,
): Tensor {
  const { tf } = kit;
  const { groups } = relation;
  const { produce, positions, taken } = direction;
  const samples = given.shape[0] ?? 0;
  const meetings = produce === "post" ? map.preOf : map.postOf;
  const others = meetings.map(({ other }) => other);
  const gathered = gatherPositions(
    kit,
    relation,
    given,
    produce === "post" ? "pre" : "post",
    others,
    `${produce} ${key}`,
  );
  const taps = [samples, positions, map.taps, groups, direction.given];
  const shared = isShared(relation);
  const left = tf.reshape(
    tf.transpose(tf.reshape(gathered, taps), shared ? [3, 0, 1, 2, 4] : [1, 3, 0, 2, 4]),
    shared
      ? [groups, samples * positions, map.taps * direction.given]
      : [positions * groups, samples, map.taps * direction.given],
  );
  const right = transferMatrices(kit, relation, map, key, direction, weight);
  const result = matrixProduct(kit, left, false, right, false);
  const ordered = shared
    ? tf.transpose(tf.reshape(result, [groups, samples, positions, taken]), [1, 2, 0, 3])
    : tf.transpose(tf.reshape(result, [positions, groups, samples, taken]), [2, 0, 1, 3]);
  return tf.reshape(ordered, [samples, positions, groups * taken]);
}

/** The weights as `[(position ×) group, tap × given channel, taken channel]`. */
function transferMatrices(
  kit: Kit,
  relation: Relation,
  map: IndexMap,
  key: string,
  { produce, positions, given, taken }: Direction,
  weight: Tensor | undefined,
): Tensor {
  const { groups, weights, postChannels } = relation;
  const within = relation.preChannels / groups;
  const meetings = produce === "post" ? map.preOf : map.postOf;
  const shared = isShared(relation);
  // What a mean divides by is not part of the matrices.
  const { value, preFirst } =
    weights.kind === "tensor"
      ? { value: undefined, preFirst: weights.order === "pre-post" }
      : { value: weights.kind === "fixed" ? weights.value : 1, preFirst: true };
  const source =
    value === undefined ? required(weight) : kit.constant(`fixed ${value}`, () => kit.tf.tensor1d([value]));
  const shape = [(shared ? 1 : positions) * groups, map.taps * given, taken];
  return kernelForm(kit, source, `${produce} matrices ${key}`, shape, ([batch = 0, k = 0, out = 0]) => {
    if (value !== undefined) return 0;
    const group = batch % groups;
    const tap = Math.floor(k / given);
    const [pre, post] = produce === "post" ? [k % given, out] : [out, k % given];
    const small = shared ? 0 : required(meetings[Math.floor(batch / groups) * map.taps + tap]).small;
    if (small < 0) return undefined;
    const channel = group * (postChannels / groups) + post;
    const pair = preFirst ? pre * postChannels + channel : channel * within + pre;
    return (small * map.taps + tap) * within * postChannels + pair;
  });
}

/** One filter for all positions. @returns `[taps, ·, ·]` with channels in the order of the weights */
function sharedGradient(
  kit: Kit,
  relation: Relation,
  map: IndexMap,
  key: string,
  { pre, post }: ContractOperands,
): Tensor {
  const { tf } = kit;
  const { groups, preChannels, postChannels } = relation;
  const [within, without] = [preChannels / groups, postChannels / groups];
  const samples = required(pre).shape[0] ?? 0;
  const others = map.preOf.map(({ other }) => other);
  const gathered = gatherPositions(kit, relation, required(pre), "pre", others, `post ${key}`);
  const rows = samples * map.postPositions;
  const left = tf.transpose(tf.reshape(gathered, [rows, map.taps, groups, within]), [2, 0, 1, 3]);
  const right = tf.transpose(tf.reshape(required(post), [rows, groups, without]), [1, 0, 2]);
  const result = matrixProduct(kit, tf.reshape(left, [groups, rows, map.taps * within]), true, right, false);
  const order = isPreFirst(relation) ? [1, 2, 0, 3] : [1, 0, 3, 2];
  return tf.transpose(tf.reshape(result, [groups, map.taps, within, without]), order);
}

/** One filter for each position of the small side. @returns `[small positions, taps, ·, ·]` */
function unsharedGradient(
  kit: Kit,
  relation: Relation,
  map: IndexMap,
  key: string,
  { pre, post }: ContractOperands,
): Tensor {
  const { tf } = kit;
  const { groups, preChannels, postChannels } = relation;
  const samples = required(pre).shape[0] ?? 0;
  const side = (name: "pre" | "post", x: Tensor, channels: number): Tensor => {
    const others = map.ofSmall.map((pair) => pair[name]);
    const gathered = gatherPositions(kit, relation, x, name, others, `small ${name} ${key}`);
    const split = tf.reshape(gathered, [samples, others.length, groups, channels / groups]);
    return tf.reshape(tf.transpose(split, [1, 2, 0, 3]), [others.length * groups, samples, channels / groups]);
  };
  const left = side("pre", required(pre), preChannels);
  const right = side("post", required(post), postChannels);
  const shape = [map.ofSmall.length, groups, preChannels / groups, postChannels / groups];
  const result = tf.reshape(matrixProduct(kit, left, true, right, false), shape);
  return tf.transpose(result, isPreFirst(relation) ? [0, 2, 1, 3] : [0, 1, 3, 2]);
}

/** @returns `[n, positions.length, channels]`, zeros where a position is −1 */
function gatherPositions(
  kit: Kit,
  relation: Relation,
  x: Tensor,
  side: "pre" | "post",
  positions: readonly number[],
  key: string,
): Tensor {
  const { tf } = kit;
  const channels = side === "pre" ? relation.preChannels : relation.postChannels;
  const samples = x.shape[0] ?? 0;
  const count = x.size / samples / channels;
  const indices = kit.constant(`positions ${side} ${key}`, () =>
    tf.tensor1d(
      Int32Array.from(positions, (position) => (position < 0 ? count : position)),
      "int32",
    ),
  );
  const rows = tf.reshape(x, [samples, count, channels]);
  const withZeros = positions.includes(-1)
    ? tf.pad(rows, [
        [0, 0],
        [0, 1],
        [0, 0],
      ])
    : rows;
  return tf.gather(withZeros, indices, 1);
}

function isPreFirst({ weights }: Relation): boolean {
  return weights.kind === "tensor" && weights.order === "pre-post";
}

function required<Item>(item: Item | undefined): Item {
  if (item === undefined) throw new Error("a contraction lacks an operand");
  return item;
}
