import { formatNumber } from "@settle/runs";
import { expect, test } from "vitest";

test.each([
  [0, "0"],
  [9288, "9,288"],
  [738072, "738,072"],
  [0.1, "0.1"],
  [23.123456, "23.12"],
  [0.98765432, "0.9877"],
  [5912.34, "5,912"],
  [-1.5, "−1.5"],
  [1.25e-9, "1.25e-9"],
  [NaN, "NaN"],
  [-Infinity, "−∞"],
])("%d reads %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("digits behind the point are kept, so that a column lines up", () => {
  expect(formatNumber(20, 2)).toBe("20.00");
  expect(formatNumber(5912.345, 1)).toBe("5,912.3");
});
