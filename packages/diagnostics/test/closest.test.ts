import { closest } from "@settle/diagnostics";
import { expect, test } from "vitest";

test.each<[string, readonly string[], string | undefined]>([
  ["form", ["from", "to", "kind"], "from"],
  ["activaton", ["shape", "activation", "derivative"], "activation"],
  ["z9", ["x", "z1", "z2"], "z1"],
  ["W11", ["W1", "W2"], "W1"],
  ["LeakyRelu", ["relu", "leaky-relu"], "leaky-relu"],
  ["sofmax", ["softplus", "softmax"], "softmax"],
  ["e", ["x", "z"], undefined],
  ["gamma", ["rate", "leak", "prior"], undefined],
  ["to", [], undefined],
  ["", ["a"], undefined],
])("%j among %j is %j", (name, candidates, nearest) => {
  expect(closest(name, candidates)).toBe(nearest);
});

test("a name is nearest to itself", () => {
  expect(closest("rate", ["rat", "rate", "rates"])).toBe("rate");
});
