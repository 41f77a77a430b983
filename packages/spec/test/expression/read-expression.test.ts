import { printScalarExpression, type ScalarExpression } from "@settle/program";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readExpression, tryReadExpression } from "../../src/expression/read-expression.ts";
import { evaluateExpression } from "../evaluate-expression.ts";

const points = [-2.5, -1, -0.3, 0, 0.4, 1, 3];

describe("an expression in text", () => {
  test.each<[string, (x: number) => number]>([
    ["max(x, 0.2*x)", (x) => Math.max(x, 0.2 * x)],
    ["-x + 3 - 2*x/4", (x) => -x + 3 - (2 * x) / 4],
    ["2 - 3 - x", (x) => 2 - 3 - x],
    ["8 / 4 / 2 * x", (x) => (8 / 4 / 2) * x],
    ["x**2", (x) => x * x],
    ["(-x)**3", (x) => -(x * x * x)],
    ["2**3**2 + 0*x", () => 512],
    ["2**0.5 * x", (x) => Math.SQRT2 * x],
    ["(x + 3)**-2", (x) => 1 / (x + 3) ** 2],
    ["x**0", () => 1],
    ["x > 0 ? x : exp(x) - 1", (x) => (x > 0 ? x : Math.expm1(x))],
    ["x <= -1 ? -1 : x >= 1 ? 1 : x", (x) => Math.min(1, Math.max(-1, x))],
    ["x != 0 ? x : 7", (x) => (x === 0 ? 7 : x)],
    ["x === 0 ? 7 : x", (x) => (x === 0 ? 7 : x)],
    ["max(x, -1, x/2)", (x) => Math.max(x, -1, x / 2)],
    ["min(abs(x), sqrt(4), pi)", (x) => Math.min(Math.abs(x), 2)],
    ["log(e + x*x) * sign(x)", (x) => Math.log(Math.E + x * x) * Math.sign(x)],
    ["x * sigmoid(1.5*x)", (x) => x / (1 + Math.exp(-1.5 * x))],
    ["  ( ( tanh( x ) ) ) ", Math.tanh],
    ["+x - -1e-3", (x) => x + 1e-3],
  ])("%s computes what it says", (text, meaning) => {
    const expression = readExpression(text);
    for (const x of points) expect(evaluateExpression(expression, x)).toBeCloseTo(meaning(x), 12);
  });

  test("x**16 takes four multiplications, not fifteen", () => {
    const distinct = new Set<ScalarExpression>();
    const visit = (node: ScalarExpression): void => {
      distinct.add(node);
      if (node.kind === "binary") [node.a, node.b].forEach(visit);
    };
    visit(readExpression("x**16"));
    expect([...distinct].filter((node) => node.kind === "binary")).toHaveLength(4);
  });
});

describe("what is no expression is refused where it goes wrong", () => {
  test.each<[text: string, at: string, message: RegExp, help?: RegExp]>([
    ["max(x, 0.2*y)", "y", /no "y"/, /variable is x/],
    ["x +", "", /ends too early/],
    ["x + * 2", "*", /"\*" cannot stand there/],
    ["(x + 1", "", /ends too early/],
    ["x + 1)", ")", /goes on with "\)"/],
    ["x; y", "; y", /goes on/],
    ["x, 2", "x, 2", /numbers, x, operators/],
    ["2 x", "x", /goes on/],
    ["tanhh(x)", "tanhh", /no function "tanhh"/, /did you mean "tanh"/],
    ["Math.tanh(x)", "Math.tanh", /only a function/, /tanh/],
    ["tanh", "tanh", /is a function/, /tanh\(x\)/],
    ["tanh(x, 1)", "tanh(x, 1)", /one argument, not 2/],
    ["max(x)", "max(x)", /two arguments or more/],
    ["max(...x, 1)", "...x", /numbers, x, operators/],
    ["x^2", "x^2", /no operator "\^"/, /x\*\*2/],
    ["x % 2", "x % 2", /no operator "%"/],
    ["!x", "!x", /no operator "!"/],
    ["-x**2", "**", /two ways/, /-\(x\*\*2\)/],
    ["x**0.5", "0.5", /whole number/, /sqrt/],
    ["x**x", "x", /whole number/],
    ["x**17", "17", /whole number/],
    ["x > 0", "x > 0", /comparison is not a number/, /\?/],
    ["x ? 1 : 2", "x", /compare two values/],
    ["x > 0 && x < 1 ? 1 : 0", "x > 0 && x < 1", /compare two values/],
    ["'x'", "'x'", /is not a number/],
    ["true", "true", /is not a number/],
    ["1e999", "1e999", /is not a number/],
    ["x = 2", "x = 2", /numbers, x, operators/],
    ["[x]", "[x]", /numbers, x, operators/],
    ["() => x", "() => x", /numbers, x, operators/],
    ["globalThis", "globalThis", /no "globalThis"/],
    ["constructor(x)", "constructor", /no function "constructor"/],
    [" ", "", /ends too early/],
    [`x${" + x".repeat(300)}`, "", /longer than 1000/],
  ])("%s", (text, at, message, help = /(?:)/) => {
    const result = tryReadExpression(text);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.fault.message).toMatch(message);
    expect(result.fault.help ?? "").toMatch(help);
    if (at !== "") expect(text.slice(result.fault.from, result.fault.to)).toBe(at);
  });

  test("nesting as deep as the length allows neither crashes nor hangs", () => {
    expect(tryReadExpression(`${"(".repeat(499)}x${")".repeat(499)}`).ok).toBe(true);
    expect(tryReadExpression("(".repeat(1000)).ok).toBe(false);
    expect(tryReadExpression("-".repeat(999)).ok).toBe(false);
  });
});

describe("reading and printing", () => {
  const constants = fc
    .double({ noNaN: true, min: -1e3, max: 1e3 })
    .map((value): ScalarExpression => ({ kind: "constant", value: value + 0 }));
  const { expression } = fc.letrec<{ expression: ScalarExpression }>((tie) => ({
    expression: fc.oneof(
      { depthSize: "small" },
      constants,
      fc.constant<ScalarExpression>({ kind: "argument", index: 0 }),
      fc.record({
        kind: fc.constant("unary" as const),
        primitive: fc.constantFrom("abs", "sign", "exp", "log", "sqrt", "tanh", "erf"),
        a: tie("expression"),
      }),
      fc.record({
        kind: fc.constant("binary" as const),
        primitive: fc.constantFrom("add", "sub", "mul", "div", "min", "max"),
        a: tie("expression"),
        b: tie("expression"),
      }),
      fc.record({
        kind: fc.constant("select" as const),
        comparison: fc.constantFrom("lt", "le", "gt", "ge", "eq"),
        a: tie("expression"),
        b: tie("expression"),
        then: tie("expression"),
        otherwise: tie("expression"),
      }),
    ),
  }));

  test("what is printed reads back as the same function", () => {
    fc.assert(
      fc.property(expression, (original) => {
        const text = printScalarExpression(original, ["x"]);
        fc.pre(text.length <= 1000);
        const again = readExpression(text);
        for (const x of [-1.5, 0, 0.7]) expect(evaluateExpression(again, x)).toEqual(evaluateExpression(original, x));
      }),
    );
  });

  test("no text makes it throw", () => {
    fc.assert(fc.property(fc.string(), (text) => void tryReadExpression(text)));
    const pieces = fc.array(
      fc.constantFrom("x", "(", ")", "+", "-", "**", "*", "1", " ", "max", ",", "?", ":", ">", "tanh("),
    );
    fc.assert(fc.property(pieces, (parts) => void tryReadExpression(parts.join(""))));
  });
});
