import { SettleError } from "@settle/diagnostics";
import { expect, it } from "vitest";
import { discrepancy, mse, ssimWindow } from "../src/index.ts";

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof SettleError) return error.diagnostic.code;
    throw error;
  }
  throw new Error("it did not fail");
}

const six = Float32Array.from({ length: 6 });

it.each([[[2, 3, 1, 1]], [[0, 3, 1]], [[1.5]], [[]]])("a shape that is no image's is refused: [%s]", (shape) => {
  expect(codeOf(() => mse(six, six, shape))).toBe("metrics/not-an-image");
});

it("numbers that are no whole images, or not as many on both sides, are refused", () => {
  expect(codeOf(() => mse(six, six.subarray(1), [2, 3]))).toBe("metrics/size-mismatch");
  expect(codeOf(() => mse(six, six, [4]))).toBe("metrics/size-mismatch");
  expect(codeOf(() => discrepancy(six, 4))).toBe("metrics/size-mismatch");
});

it("an image smaller than the Gaussian window has no such score", () => {
  expect(codeOf(() => ssimWindow(six, six, [2, 3]))).toBe("metrics/image-too-small");
});
