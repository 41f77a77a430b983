/**
 * Text to scalar expression: `"max(x, 0.2*x)"`, `"x < 0 ? exp(x) - 1 : x"`.
 *
 * The grammar is the arithmetic part of JavaScript's, so a parser of that reads it; what else it accepts is refused here.
 */
import { closest, SettleError } from "@settle/diagnostics";
import { argument, constant, type ScalarExpression } from "@settle/program";
import { type AnyNode, type Expression, parseExpressionAt } from "acorn";
import { ExpressionError, type ExpressionFault } from "./expression-fault.ts";
import {
  arithmetic,
  comparisons,
  constants,
  foldingFunctions,
  functionNames,
  negate,
  power,
  unaryFunctions,
} from "./vocabulary.ts";

/** Longer than any activation; the parser recurses, so there must be an end. */
const maximumLength = 1000;
/** Larger powers are better written with exp and log. */
const largestPower = 16;

/**
 * The expression in `argument(0)` that `text` writes in x.
 *
 * @throws {SettleError} `parse/bad-expression` when it is none
 */
export function readExpression(text: string): ScalarExpression {
  const result = tryReadExpression(text);
  if (result.ok) return result.expression;
  const { message, help, from, to } = result.fault;
  throw new SettleError({
    code: "parse/bad-expression",
    severity: "error",
    message: `"${text.slice(0, maximumLength)}" is not an expression in x: ${message}`,
    note: `at "${text.slice(from, to)}", character ${from + 1}`,
    pointer: "",
    ...(help !== undefined && { help }),
  });
}

/** The same, giving the fault and its place in the text. */
export function tryReadExpression(
  text: string,
):
  | { readonly ok: true; readonly expression: ScalarExpression }
  | { readonly ok: false; readonly fault: ExpressionFault } {
  try {
    return { ok: true, expression: convert(parse(text)) };
  } catch (error) {
    if (error instanceof ExpressionError) return { ok: false, fault: error.fault };
    throw error;
  }
}

function parse(text: string): Expression {
  if (text.length > maximumLength) {
    throw new ExpressionError({
      message: `it is longer than ${maximumLength} characters`,
      from: maximumLength,
      to: text.length,
    });
  }
  let tree: Expression;
  try {
    tree = parseExpressionAt(text, 0, { ecmaVersion: 2020 });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ExpressionError(syntaxFault(text, error));
  }
  const rest = text.slice(tree.end);
  const from = tree.end + rest.length - rest.trimStart().length;
  // A closing parenthesis that belongs to the expression is not part of the node's own range.
  const open = countOf(text.slice(0, tree.start), "(");
  if (rest.replaceAll(/[\s)]/g, "") === "" && countOf(rest, ")") === open) return tree;
  throw new ExpressionError({ message: `it goes on with "${rest.trim()}"`, from, to: text.trimEnd().length });
}

function syntaxFault(text: string, error: SyntaxError): ExpressionFault {
  const at = Math.min((error as SyntaxError & { readonly pos?: number }).pos ?? 0, text.length);
  const found = text.slice(at).trim();
  if (/-\s*[\w.]+(\([^()]*\))?\s*$/.test(text.slice(0, at)) && text.startsWith("**", at)) {
    return {
      message: "a minus before a power can be read in two ways",
      help: 'write "-(x**2)" or "(-x)**2"',
      from: at,
      to: at + 2,
    };
  }
  if (found === "") return { message: "it ends too early", from: at, to: at };
  return { message: `"${found.slice(0, 1)}" cannot stand there`, from: at, to: at + 1 };
}

function convert(node: AnyNode): ScalarExpression {
  switch (node.type) {
    case "Literal":
      if (typeof node.value === "number" && Number.isFinite(node.value)) return constant(node.value);
      throw fault(node, `${node.raw ?? "this"} is not a number`);
    case "Identifier":
      return convertName(node, node.name);
    case "UnaryExpression":
      if (node.operator === "-") return negated(convert(node.argument));
      if (node.operator === "+") return convert(node.argument);
      throw fault(node, `there is no operator "${node.operator}"`);
    case "BinaryExpression": {
      if (node.operator === "**") return convertPower(node.left, node.right);
      const combine = arithmetic.get(node.operator);
      if (combine !== undefined) return combine(convert(node.left), convert(node.right));
      if (comparisons.has(node.operator)) {
        throw fault(node, "a comparison is not a number", 'use it to choose: "x > 0 ? x : 0"');
      }
      const help = node.operator === "^" ? 'a power is written "x**2"' : undefined;
      throw fault(node, `there is no operator "${node.operator}"`, help);
    }
    case "ConditionalExpression": {
      const { test } = node;
      const choose = test.type === "BinaryExpression" ? comparisons.get(test.operator) : undefined;
      if (test.type !== "BinaryExpression" || choose === undefined) {
        throw fault(test, "a condition must compare two values", 'as in "x > 0 ? x : 0"');
      }
      return choose(convert(test.left), convert(test.right), convert(node.consequent), convert(node.alternate));
    }
    case "CallExpression":
      return convertCall(node, node.callee, node.arguments);
    default:
      throw fault(node, "an expression has numbers, x, operators and calls only");
  }
}

function convertName(node: AnyNode, name: string): ScalarExpression {
  if (name === "x") return argument(0);
  const value = constants.get(name);
  if (value !== undefined) return constant(value);
  if (functionNames.includes(name)) throw fault(node, `"${name}" is a function`, `write "${name}(x)"`);
  throw fault(
    node,
    `there is no "${name}"`,
    `the variable is x; the constants are ${[...constants.keys()].join(", ")}`,
  );
}

function convertCall(node: AnyNode, callee: AnyNode, given: readonly AnyNode[]): ScalarExpression {
  if (callee.type !== "Identifier")
    throw fault(callee, "only a function can be called", `one of ${functionNames.join(", ")}`);
  const { name } = callee;
  const [first, ...others] = given.map(convert);
  const one = unaryFunctions.get(name);
  if (one !== undefined) {
    if (first === undefined || others.length > 0)
      throw fault(node, `"${name}" takes one argument, not ${given.length}`);
    return one(first);
  }
  const fold = foldingFunctions.get(name);
  if (fold !== undefined) {
    if (first === undefined || others.length === 0) throw fault(node, `"${name}" takes two arguments or more`);
    return others.reduce(fold, first);
  }
  const near = closest(name, functionNames);
  throw fault(
    callee,
    `there is no function "${name}"`,
    near ? `did you mean "${near}"?` : `one of ${functionNames.join(", ")}`,
  );
}

function convertPower(base: AnyNode, exponent: AnyNode): ScalarExpression {
  const a = convert(base);
  const b = convert(exponent);
  if (b.kind === "constant") {
    if (a.kind === "constant" && Number.isFinite(a.value ** b.value)) return constant(a.value ** b.value);
    if (Number.isInteger(b.value) && Math.abs(b.value) <= largestPower) return power(a, b.value);
  }
  throw fault(
    exponent,
    `a power of x must be a whole number from -${largestPower} to ${largestPower}`,
    'write "sqrt(x)" for x**0.5, "exp(a*log(x))" for x**a',
  );
}

const negated = (value: ScalarExpression): ScalarExpression =>
  value.kind === "constant" ? constant(-value.value) : negate(value);

function fault(node: AnyNode, message: string, help?: string): ExpressionError {
  return new ExpressionError({ message, from: node.start, to: node.end, ...(help !== undefined && { help }) });
}

const countOf = (text: string, character: string): number => text.split(character).length - 1;
