/** Precision with its shape, its first numbers and, where it is full, the relation of R. */
import type { InitialLaw, Relation, Shape } from "@settle/program";
import { sizeOf, weightShape } from "@settle/program";
import type { FaultList } from "../fault.ts";
import type { NormalError, NormalPrecision } from "../normalize/normal-circuit.ts";
import { pointerTo } from "../pointer-to.ts";
import type { GraphPrecision } from "../resolve/circuit-graph.ts";
import { cholesky } from "./cholesky.ts";

/** @returns what the precision is; `undefined` where there is none or a fault was reported */
export function resolvePrecision(error: NormalError, shape: Shape, faults: FaultList): GraphPrecision | undefined {
  const { precision } = error;
  if (precision === undefined) return undefined;
  const { kind, apply, learn } = precision;
  const pointer = pointerTo("errors", error.id, "precision");
  const initial = initialOf(error.id, precision, shape, pointer, faults);
  if (initial === undefined) return undefined;
  const common = { kind, apply, initial, ...(learn === undefined ? {} : { learn }) };
  switch (kind) {
    case "scalar":
      return { ...common, shape: [], sites: sizeOf(shape) };
    case "diagonal":
      return { ...common, shape, sites: 1 };
    case "channel":
      return { ...common, shape: shape.slice(-1), sites: sizeOf(shape.slice(0, -1)) };
    case "full": {
      const relation = relationOf(shape);
      return { ...common, shape: weightShape(relation), sites: sizeOf(shape.slice(0, -1)), relation };
    }
    default:
      return kind satisfies never;
  }
}

/** σ, or R of a full precision, before the first update. */
function initialOf(
  id: string,
  { kind, sigma, covariance }: NormalPrecision,
  shape: Shape,
  pointer: string,
  faults: FaultList,
): InitialLaw | undefined {
  if (kind === "channel" && shape.length !== 3) {
    faults.report({
      code: "resolve/needs-map",
      pointer: `${pointer}/kind`,
      message: `The precision of "${id}" is one per channel, but its target [${shape.join(", ")}] is not a map.`,
      help: 'use "kind": "diagonal": one per unit.',
      repair: [{ op: "replace", path: `${pointer}/kind`, value: "diagonal" }],
    });
    return undefined;
  }
  const channels = shape.at(-1)!;
  if (covariance !== undefined) return factorOf(id, covariance, channels, pointer, faults);
  const [only = 1] = sigma;
  const wanted = kind === "scalar" ? 1 : kind === "diagonal" ? sizeOf(shape) : channels;
  if (sigma.length !== wanted && sigma.length !== 1) {
    const perChannel = kind === "diagonal" && sigma.length === channels && shape.length === 3;
    faults.report({
      code: "resolve/precision-size",
      pointer,
      message: `The precision of "${id}" has ${sigma.length} standard deviations, its target [${shape.join(", ")}] wants ${wanted}.`,
      help: perChannel
        ? 'one per channel is "kind": "channel".'
        : `give ${wanted} numbers in "sigma" (one per ${kind === "diagonal" ? "entry" : shape.length === 1 ? "unit" : "channel"}), or one for all.`,
      ...(perChannel ? { repair: [{ op: "replace", path: `${pointer}/kind`, value: "channel" }] } : {}),
    });
    return undefined;
  }
  if (kind !== "full")
    return sigma.length === 1 ? { kind: "constant", value: only } : { kind: "values", values: sigma };
  if (sigma.length === 1) return { kind: "matrix", diagonal: only, below: 0, above: 0 };
  return { kind: "values", values: sigma.flatMap((each, i) => sigma.map((_, j) => (i === j ? each : 0))) };
}

/** Two halves of a computed covariance may differ in their last digits; the lower one counts. */
const rounding = 1e-9;

function factorOf(
  id: string,
  covariance: readonly (readonly number[])[],
  n: number,
  pointer: string,
  faults: FaultList,
): InitialLaw | undefined {
  const place = `${pointer}/covariance`;
  if (covariance.length !== n || covariance.some((row) => row.length !== n)) {
    faults.report({
      code: "resolve/precision-size",
      pointer: place,
      message: `The covariance of "${id}" is not ${n} by ${n}.`,
      help: `write ${n} rows of ${n} numbers: one for each unit of a dense target, or channel of a map.`,
    });
    return undefined;
  }
  const largest = Math.max(...covariance.flat().map(Math.abs));
  const differ = (a: number, b: number): boolean => Math.abs(a - b) > rounding * largest;
  const uneven = covariance.findIndex((row, i) => row.some((value, j) => differ(value, covariance[j]![i]!)));
  const factor = uneven < 0 ? cholesky(covariance) : undefined;
  if (factor === undefined) {
    faults.report({
      code: "resolve/not-positive-definite",
      pointer: place,
      message: `The covariance of "${id}" is not ${uneven < 0 ? "positive definite" : `symmetric: row ${uneven} and column ${uneven} differ`}.`,
      help: "a covariance is symmetric, and larger on its diagonal than its correlations can undo.",
    });
    return undefined;
  }
  return { kind: "values", values: factor.flat() };
}

/** post = pre · Mᵀ at every position, for a matrix M as it is written: `[post, pre]`. */
function relationOf(shape: Shape): Relation {
  const n = shape.at(-1)!;
  const axes = shape
    .slice(0, -1)
    .map((extent) => ({ big: "pre", stride: 1, taps: 1, pad: 0, pre: extent, post: extent }) as const);
  return {
    preShape: shape,
    postShape: shape,
    axes,
    preChannels: n,
    postChannels: n,
    groups: 1,
    weights: { kind: "tensor", order: "post-pre", shared: true },
  };
}
