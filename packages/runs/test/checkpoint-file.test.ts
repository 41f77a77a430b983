import { decodeCheckpoint, decodeSafetensors, encodeCheckpoint, encodeSafetensors } from "@settle/runs";
import { describe, expect, test } from "vitest";
import { exampleCheckpoint } from "./example-checkpoint.ts";
import { diagnosticOf } from "./example-run.ts";

describe("a checkpoint file", () => {
  test("holds everything that resuming needs, exactly", () => {
    const checkpoint = exampleCheckpoint(7, { plan: { seed: -3, batch: 4, samples: 12, data: "d", rate: 1e-7 / 3 } });
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint, "x"), "x")).toEqual(checkpoint);
  });

  test("names tensors as buffers and says in its metadata what they are of", () => {
    const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(exampleCheckpoint(7), "x"), "x");
    expect([...tensors.keys()].toSorted()).toEqual(["W1", "bias:e0", "moment:W1"]);
    expect(metadata).toMatchObject({
      circuit: "tiny",
      epoch: "3",
      step: "1",
      updates: "7",
      seed: "1",
      engine: "reference",
    });
  });

  test("is not written from numbers that are not finite", async () => {
    const tensors = new Map([["W1", { role: "parameter" as const, shape: [2], data: Float64Array.of(NaN, 1) }]]);
    const write = async () => encodeCheckpoint(exampleCheckpoint(1, { tensors }), "c.safetensors");
    expect(await diagnosticOf(write())).toMatchObject({
      code: "runs/not-finite",
      message: '1 of the 2 numbers of "W1" in "c.safetensors" are NaN or infinite.',
    });
  });

  test("is told apart from weights that another program wrote", async () => {
    const weights = encodeSafetensors({ tensors: new Map(), metadata: { format: "pt" } });
    expect((await diagnosticOf(Promise.resolve().then(() => decodeCheckpoint(weights, "w")))).code).toBe(
      "runs/not-a-checkpoint",
    );
  });

  test("of a newer version is refused with the remedy", async () => {
    const newer = encodeSafetensors({ tensors: new Map(), metadata: { format: "settle-checkpoint", version: "2" } });
    expect(await diagnosticOf(Promise.resolve().then(() => decodeCheckpoint(newer, "w")))).toMatchObject({
      code: "runs/newer-format",
      help: "Update Settle.",
    });
  });
});
