import { SettleError, settleError } from "@settle/diagnostics";
import { expect, test } from "vitest";

test("a SettleError carries its diagnostic and its cause, and is an Error", () => {
  const cause = new Error("ENOSPC");
  const error = settleError("data/disk-full", "The disk is full.", { help: "make room", cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toBeInstanceOf(SettleError);
  expect(error.message).toBe("data/disk-full: The disk is full.");
  expect(error.cause).toBe(cause);
  expect(error.diagnostic).toEqual({
    code: "data/disk-full",
    severity: "error",
    message: "The disk is full.",
    help: "make room",
    pointer: "",
  });
});
