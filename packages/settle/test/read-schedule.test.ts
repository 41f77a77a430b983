import { SettleError } from "@settle/diagnostics";
import { expect, it } from "vitest";
import { readSchedule } from "../src/index.ts";

it("reads a kind and its fields", () => {
  expect(readSchedule("step:every=1000,factor=0.5")).toMatchObject({ kind: "step", every: 1000, factor: 0.5 });
  expect(readSchedule("cosine")).toMatchObject({ kind: "cosine" });
});

it.each(["wavy", "step", "linear:final=low", "cosine:slope=1"])("refuses what is no schedule: %s", (text) => {
  let failed: unknown;
  try {
    readSchedule(text);
  } catch (error) {
    failed = error;
  }
  expect(failed).toBeInstanceOf(SettleError);
  expect((failed as SettleError).diagnostic.code).toBe("train/bad-schedule");
});
