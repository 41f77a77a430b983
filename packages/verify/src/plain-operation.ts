/**
 * One operation of a synapse as plain sums over its taps, read off its fields by TensorFlow's SAME and VALID rules:
 * nothing here is shared with the compiler's relations, against which it is a witness.
 */
import type { CircuitGraph } from "@settle/compiler";
import type { Shape } from "@settle/program";

type Synapse = CircuitGraph["synapses"] extends ReadonlyMap<string, infer Value> ? Value : never;
/** Kind, kernel, stride, padding, groups of a convolution, pool or upsampling; or dense. */
export type Operation = Pick<Synapse, "kind" | "kernel" | "stride" | "padding" | "groups" | "local" | "operation">;

export interface PlacedOperation {
  readonly operation: Operation;
  readonly source: Shape;
  readonly target: Shape;
}

/** Told of each pair of entries that meet: where in source, target and weights, and 1 or, in an average, its share. */
type Visit = (pre: number, post: number, weight: number, share: number) => void;

/** What the operation makes of an activity. */
export function makes(placed: PlacedOperation, pre: Float64Array, weights?: Float64Array): Float64Array {
  const post = new Float64Array(entries(placed.target));
  visit(placed, (i, o, w, share) => (post[o]! += pre[i]! * (weights?.[w] ?? share)));
  return post;
}

/** An error sent back: the adjoint. */
export function sendsBack(placed: PlacedOperation, post: Float64Array, weights?: Float64Array): Float64Array {
  const pre = new Float64Array(entries(placed.source));
  visit(placed, (i, o, w, share) => (pre[i]! += post[o]! * (weights?.[w] ?? share)));
  return pre;
}

/** Σ pre·post for each weight. */
export function correlates(placed: PlacedOperation, pre: Float64Array, post: Float64Array, size: number): Float64Array {
  const weights = new Float64Array(size);
  visit(placed, (i, o, w) => (weights[w]! += pre[i]! * post[o]!));
  return weights;
}

/** Errors of a max pool, sent to the largest entry of each window. */
export function sendsToLargest(placed: PlacedOperation, by: Float64Array, post: Float64Array): Float64Array {
  const places = new Map<number, number>();
  visit(placed, (i, o) => {
    const place = places.get(o);
    if (place === undefined || by[i]! > by[place]!) places.set(o, i);
  });
  const pre = new Float64Array(entries(placed.source));
  for (const [o, i] of places) pre[i]! += post[o]!;
  return pre;
}

const entries = (shape: Shape): number => shape.reduce((product, n) => product * n, 1);

function visit(placed: PlacedOperation, told: Visit): void {
  const { operation, source, target } = placed;
  if (operation.kind === "dense") {
    const [n, m] = [entries(source), entries(target)];
    for (let i = 0; i < n; i++) for (let o = 0; o < m; o++) told(i, o, i * m + o, 1);
    return;
  }
  const contracts = operation.kind === "conv2d" || operation.kind === "pool";
  const [big, small] = contracts ? [source, target] : [target, source];
  const [height, width] = [small[0]!, small[1]!];
  const [kernelHeight, kernelWidth] = operation.kernel ?? [1, 1];
  const separate = operation.kind === "pool" || operation.kind === "upsample";
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const rows = tapsOf(operation, 0, y, big[0]!, height);
      const columns = tapsOf(operation, 1, x, big[1]!, width);
      const share = operation.operation === "average" ? 1 / (rows.length * columns.length) : 1;
      for (const [ty, by] of rows) {
        for (const [tx, bx] of columns) {
          const [bigAt, smallAt] = [(by * big[1]! + bx) * big[2]!, (y * width + x) * small[2]!];
          const [preAt, postAt] = contracts ? [bigAt, smallAt] : [smallAt, bigAt];
          const own = operation.local === true ? (y * width + x) * kernelHeight * kernelWidth : 0;
          const tap = own + ty * kernelWidth + tx;
          if (separate) {
            for (let c = 0; c < source[2]!; c++) told(preAt + c, postAt + c, 0, share);
          } else meetChannels(placed, contracts, tap, (i, o, w) => told(preAt + i, postAt + o, w, share));
        }
      }
    }
  }
}

/** Taps of one axis that lie on the big map, each with the place it reads or writes there. */
function tapsOf(
  { kernel, stride, padding }: Operation,
  axis: 0 | 1,
  at: number,
  big: number,
  small: number,
): readonly (readonly [number, number])[] {
  const [taps, step] = [kernel?.[axis] ?? 1, stride?.[axis] ?? 1];
  const before = padding === "valid" ? 0 : Math.floor(Math.max((small - 1) * step + taps - big, 0) / 2);
  return Array.from({ length: taps }, (_, tap) => [tap, at * step + tap - before] as const).filter(
    ([, place]) => place >= 0 && place < big,
  );
}

/** Filters are `[height, width, channels of the larger map, channels of the smaller]`; a source's count in its group. */
function meetChannels(
  { operation: { groups = 1 }, source, target }: PlacedOperation,
  sourceFirst: boolean,
  tap: number,
  told: (pre: number, post: number, weight: number) => void,
): void {
  const [sources, targets] = [source[2]! / groups, target[2]! / groups];
  for (let o = 0; o < target[2]!; o++) {
    const first = Math.floor(o / targets) * sources;
    for (let k = 0; k < sources; k++) {
      const filter = sourceFirst ? k * target[2]! + o : o * sources + k;
      told(first + k, o, tap * sources * target[2]! + filter);
    }
  }
}
