/** Which words of the conformance files the circuit language has, and which not yet. */
import type { ActivationSpec, OutputSpec, PriorSpec } from "@settle/spec";

import type { Fixture } from "./fixture.ts";

/** The language's names of the files' activations. */
export const activationNames: Readonly<Record<string, Extract<ActivationSpec, string>>> = {
  identity: "identity",
  relu: "relu",
  leaky_relu: "leaky-relu",
  elu: "elu",
  selu: "selu",
  gelu: "gelu",
  softplus: "softplus",
  tanh: "tanh",
  sigmoid: "sigmoid",
  hard_tanh: "hard-tanh",
};
/** … and of their outputs. */
export const outputNames: Readonly<Record<string, Extract<OutputSpec, string>>> = {
  ...activationNames,
  softmax: "softmax",
};
const priors: readonly PriorSpec["kind"][] = ["none", "laplace", "gaussian", "cauchy", "exp"];
const methods = ["euler", "heun", "rk4", "momentum"] as const;
const operations = ["dense", "conv2d", "deconv2d"] as const;

/** Whether the language knows a prior of this kind. */
export const isPrior = (kind: string): kind is PriorSpec["kind"] => oneOf(priors, kind);

const oneOf = <Word extends string>(words: readonly Word[], word: string): word is Word =>
  (words as readonly string[]).includes(word);

/** What the fixture uses and the language cannot say, in words. */
export function unsupportedParts({ circuit }: Fixture): readonly string[] {
  const { states, errors, synapses, method } = circuit;
  const stateList = Object.values(states);
  const errorList = Object.entries(errors);
  const unknown = (what: string, words: readonly string[], known: (word: string) => boolean): string[] =>
    [...new Set(words)].filter((word) => !known(word)).map((word) => `${what} "${word}"`);
  const precisions = errorList.filter(
    ([, { precision }]) => precision !== undefined && precision.kind !== "diagonal" && precision.kind !== "cholesky",
  );
  const stages = Object.values(synapses).flatMap((synapse) => synapse.stages ?? []);
  const operationsUsed = [...Object.values(synapses), ...stages].flatMap(({ op }) => (op === undefined ? [] : [op]));
  return [
    ...precisions.map(([id, { precision }]) => `precision "${precision?.kind}" (${id})`),
    ...unknown(
      "operation",
      operationsUsed.map(({ kind }) => kind),
      (kind) => oneOf(operations, kind),
    ),
    ...unknown(
      "activation",
      stages.flatMap(({ activation }) => (activation === undefined ? [] : [activation.kind])),
      (kind) => Object.hasOwn(activationNames, kind),
    ),
    ...unknown(
      "activation",
      stateList.map(({ activation }) => activation.kind),
      (kind) => Object.hasOwn(activationNames, kind),
    ),
    ...unknown(
      "output",
      errorList.map(([, { output }]) => output.kind),
      (kind) => Object.hasOwn(outputNames, kind),
    ),
    ...unknown(
      "prior",
      stateList.map(({ prior }) => prior.kind),
      isPrior,
    ),
    ...unknown("integrator", [method.kind], (kind) => oneOf(methods, kind)),
  ];
}
