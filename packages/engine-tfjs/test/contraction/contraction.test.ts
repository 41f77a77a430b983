import { type Relation, sizeOf, weightShape } from "@settle/program";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Backend, OpenBackend } from "../../src/backends/backend.ts";
import { activate } from "../../src/backends/backend-turn.ts";
import { cpuBackend } from "../../src/backends/cpu-backend.ts";
import { wasmBackend } from "../../src/backends/wasm-backend.ts";
import { contraction } from "../../src/contraction/contraction.ts";
import { Kit } from "../../src/kit.ts";
import { anyRelation, numbers, plainRelation } from "../arbitrary-relation.ts";
import { bruteForce } from "../brute-force.ts";

const directions = ["post", "pre", "weight"] as const;

/** Every trait a backend could have, tried on one backend that can do all of them. */
const forms = [
  ["tfjs:wasm as it is", wasmBackend, wasmBackend.traits],
  ["tfjs:cpu as it is", cpuBackend, cpuBackend.traits],
  [
    "the forms of a native TensorFlow, computed by tfjs:cpu",
    cpuBackend,
    { ...cpuBackend.traits, explicitPads: false, filterGradient: "adjoint", hostMemory: false },
  ],
  [
    "phases and dilation, computed by tfjs:cpu",
    cpuBackend,
    { ...wasmBackend.traits, explicitPads: false, hostMemory: false },
  ],
] as const;

describe.each(forms)("contractions in %s", (_, backend: Backend, traits) => {
  let open: OpenBackend;
  beforeAll(async () => {
    const opening = await backend.open();
    if (!opening.ok) throw new Error(opening.unavailable.reason);
    open = opening.backend;
    await activate(open.tf, backend.tfName);
  });

  const worst = (relation: Relation, batch: number, withBias: boolean): number => {
    const { tf } = open;
    const kit = new Kit(tf, traits);
    const given = {
      pre: numbers(batch * sizeOf(relation.preShape), 1),
      post: numbers(batch * sizeOf(relation.postShape), 2),
      weight: numbers(sizeOf(weightShape(relation)), 3),
    };
    const tensors = {
      pre: tf.tensor(given.pre, [batch, ...relation.preShape]),
      post: tf.tensor(given.post, [batch, ...relation.postShape]),
      weight: tf.tensor(given.weight, [...weightShape(relation)]),
    };
    const before = tf.memory().numTensors;
    let worstError = 0;
    for (const produce of directions) {
      if (produce === "weight" && relation.weights.kind !== "tensor") continue;
      const { [produce]: _open, ...operands } = tensors;
      const channels = produce === "post" ? relation.postChannels : relation.preChannels;
      const numbersOfBias = numbers(channels, 4);
      const bias = withBias && produce !== "weight" ? tf.tensor1d(numbersOfBias) : undefined;
      const result = tf.tidy(() => contraction(kit, relation, produce)({ ...operands, bias }));
      const expected = bruteForce(relation, produce, given, batch);
      if (bias !== undefined) for (let k = 0; k < expected.length; k++) expected[k]! += numbersOfBias[k % channels]!;
      expect(result.shape).toEqual(tensors[produce].shape);
      const computed = result.dataSync();
      const size = Math.max(1, ...expected.map(Math.abs));
      for (const [k, value] of expected.entries()) {
        const error = Math.abs(computed[k]! - value) / size;
        if (!(error <= worstError)) worstError = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      }
      result.dispose();
      bias?.dispose();
      if (bias !== undefined) kit.free(bias);
    }
    for (const tensor of Object.values(tensors)) kit.free(tensor);
    kit.dispose();
    expect(tf.memory().numTensors).toBe(before - 3);
    return worstError;
  };

  it("equal the definition for dense and convolutional relations of any stride, padding and extent", () => {
    fc.assert(
      fc.property(plainRelation, fc.integer({ min: 1, max: 3 }), fc.boolean(), (relation, batch, bias) => {
        expect(worst(relation, batch, bias)).toBeLessThan(1e-5);
      }),
      { numRuns: 150 },
    );
  });

  it("equal the definition for every other relation", () => {
    fc.assert(
      fc.property(anyRelation, fc.integer({ min: 1, max: 2 }), (relation, batch) => {
        expect(worst(relation, batch, false)).toBeLessThan(1e-5);
      }),
      { numRuns: 100 },
    );
  });
});
