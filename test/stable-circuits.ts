/** Small circuits whose λmax is known or bounded, sessions of them and what their trainings tell of λmax. */
import { compile } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import {
  arraySource,
  createSession,
  type DataBatch,
  type Engine,
  sampleUniforms,
  type Session,
  train,
  type TrainingEvent,
  type TrainingOptions,
} from "@settle/runtime";
import type { CircuitSpec } from "@settle/spec";
import { Matrix } from "ml-matrix";

export const linear: CircuitSpec = {
  version: 1,
  name: "linear",
  states: { x: { shape: [6], observed: { data: "image" } }, a: { shape: [4] }, b: { shape: [3] } },
  errors: { ex: { target: "x" }, ea: { target: "a" } },
  synapses: { V: { from: "b", to: "ea", kind: "dense" }, W: { from: "a", to: "ex", kind: "dense" } },
  settle: { steps: 20, rate: 0.1 },
};
export const leaky: CircuitSpec = {
  ...linear,
  name: "leaky",
  states: {
    x: { shape: [6], observed: { data: "image" } },
    a: { shape: [4], activation: "leaky-relu" },
    b: { shape: [3], activation: "leaky-relu" },
  },
  synapses: {
    V: { from: "b", to: "ea", kind: "dense", feedback: "separate" },
    W: { from: "a", to: "ex", kind: "dense" },
  },
  learn: { rule: "adam", rate: 0.01 },
};
export const bounded: CircuitSpec = {
  ...leaky,
  name: "bounded",
  learn: { rule: "adam", rate: 0.01, constraint: { kind: "stable", bound: 4, every: 2 } },
};

const count = 12;
const samples = Array.from({ length: count }, (_, i) => i);
export const image = sampleUniforms({ seed: 1, stream: "images", samples }, 6).map((value) => 4 * value);
const source = arraySource("uniform numbers", { image: { shape: [6], data: image } });
export const whole: DataBatch = { count, fields: { image } };
export const options: TrainingOptions = { source, epochs: 80, batch: 4, stabilityEvery: 1 };

export async function newSession(
  circuit: CircuitSpec,
  engine: Engine = referenceEngine,
  microBatch = Infinity,
): Promise<Session> {
  const compiled = compile(circuit);
  if (!compiled.ok) throw new Error(compiled.diagnostics.map(({ message }) => message).join("\n"));
  const programFor = (modes?: Parameters<typeof compiled.lower>[0]) =>
    modes === undefined ? compiled.program : compiled.lower(modes);
  return createSession({ programFor, engine, seed: 3, microBatch });
}

export type EstimateEvent = Extract<TrainingEvent, { kind: "stability" }>;

export async function estimatesOf(
  circuit: CircuitSpec,
  more: Partial<TrainingOptions> = {},
): Promise<readonly EstimateEvent[]> {
  const events: EstimateEvent[] = [];
  const onEvent = (event: TrainingEvent): void => void (event.kind === "stability" && events.push(event));
  await train(await newSession(circuit), { ...options, ...more, onEvent });
  return events;
}

export type Tensors = Awaited<ReturnType<Session["parameters"]["export"]>>;

/** Every tensor times a factor of its own. */
export const scaled = (tensors: Tensors, factor: (id: string) => number): Tensors =>
  new Map([...tensors].map(([id, tensor]) => [id, { ...tensor, data: tensor.data.map((each) => each * factor(id)) }]));

export function matrixOf(tensors: Tensors, id: string): Matrix {
  const { shape, data } = tensors.get(id)!;
  return Matrix.from1DArray(shape[0]!, shape[1]!, Array.from(data));
}

/** −∂d/∂z of the linear circuit, written out from its weights. */
export async function denseMatrix(session: Session, given?: Tensors): Promise<Matrix> {
  const tensors = given ?? (await session.parameters.export());
  const [V, W] = ["V", "W"].map((id) => matrixOf(tensors, id)) as [Matrix, Matrix];
  const matrix = Matrix.zeros(7, 7);
  matrix.setSubMatrix(Matrix.eye(4).add(W.mmul(W.transpose())), 0, 0);
  matrix.setSubMatrix(V.clone().neg(), 4, 0);
  matrix.setSubMatrix(V.transpose().neg(), 0, 4);
  matrix.setSubMatrix(V.mmul(V.transpose()), 4, 4);
  return matrix;
}
