/** A scalar expression as a straight list of tensor operations, each computed once. */
import { type Comparison, sameShape, type ScalarExpression } from "@settle/program";
import type { Tensor } from "../backends/backend.ts";
import type { Kit } from "../kit.ts";
import { constantValue, expressionKey, linearForm } from "./linear-form.ts";
import { clipRange, leakySlope, sigmoidTerm, stepBelow } from "./recognize.ts";
import { tanhByFraction } from "./tanh-by-fraction.ts";

/** Reads earlier slots; the operands come first. */
type Entry = (slots: readonly Tensor[]) => Tensor;

export type Tape = (operands: readonly Tensor[]) => Tensor;

/** @param count  operands the expression may read */
export function recordTape(kit: Kit, expression: ScalarExpression, count: number): Tape {
  const recorder = new Recorder(kit, count);
  const result = recorder.record(expression);
  const { entries } = recorder;
  return (operands) => {
    const slots = [...operands];
    for (const entry of entries) slots.push(entry(slots));
    const tensor = slots[result];
    if (tensor === undefined) throw new Error("an expression reads an operand that is not there");
    return tensor;
  };
}

class Recorder {
  readonly entries: Entry[] = [];
  readonly #kit: Kit;
  readonly #count: number;
  readonly #known = new Map<string, number>();

  constructor(kit: Kit, count: number) {
    this.#kit = kit;
    this.#count = count;
  }

  /** @returns the slot that holds the expression's value */
  record(expression: ScalarExpression): number {
    if (expression.kind === "argument") return expression.index;
    const key = expressionKey(expression);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const slot = this.#record(expression);
    this.#known.set(key, slot);
    return slot;
  }

  #record(e: ScalarExpression): number {
    const { tf, traits } = this.#kit;
    switch (e.kind) {
      case "argument":
        return e.index;
      case "constant":
        return this.#push(() => this.#kit.scalar(e.value));
      case "select":
        return this.#select(e);
      case "unary": {
        if (e.primitive === "neg") return this.#sum(e);
        const a = this.record(e.a);
        if (traits.slowScalars && e.primitive === "tanh") return this.#push((s) => tanhByFraction(this.#kit, at(s, a)));
        if (traits.slowScalars && e.primitive === "sign") {
          return this.#push((s) => tf.sub(tf.step(at(s, a)), tf.step(tf.neg(at(s, a)))));
        }
        const operation = tf[e.primitive];
        return this.#push((s) => operation(at(s, a)));
      }
      case "binary":
        return this.#binary(e);
      default:
        return e satisfies never;
    }
  }

  #binary(e: ScalarExpression & { readonly kind: "binary" }): number {
    const { tf } = this.#kit;
    const isScaling = e.primitive === "mul" && (constantValue(e.a) ?? constantValue(e.b)) !== undefined;
    const isDivision = e.primitive === "div" && constantValue(e.b) !== undefined && constantValue(e.b) !== 0;
    if (e.primitive === "add" || e.primitive === "sub" || isScaling || isDivision) return this.#sum(e);
    const range = clipRange(e);
    if (range !== undefined) {
      const { part, low, high } = range;
      const slot = this.record(part);
      if (low === 0 && high === Number.POSITIVE_INFINITY) return this.#push((s) => tf.relu(at(s, slot)));
      return this.#push((s) => tf.clipByValue(at(s, slot), low, high));
    }
    const a = this.record(e.a);
    const b = this.record(e.b);
    if (e.primitive === "mul" && a === b) return this.#push((s) => tf.square(at(s, a)));
    const operations = { mul: tf.mul, div: tf.div, min: tf.minimum, max: tf.maximum };
    const operation = operations[e.primitive];
    return this.#push((s) => operation(at(s, a), at(s, b)));
  }

  #select(e: ScalarExpression & { readonly kind: "select" }): number {
    const { tf, traits } = this.#kit;
    const leaky = leakySlope(e);
    if (leaky !== undefined) {
      const slot = this.record(leaky.part);
      return this.#push((s) => leakyRelu(this.#kit, at(s, slot), leaky.slope));
    }
    const step = traits.slowScalars ? stepBelow(e) : undefined;
    if (step !== undefined) {
      const slot = this.record(step.part);
      return this.#push((s) => tf.step(at(s, slot), step.below));
    }
    const a = this.record(e.a);
    const b = this.record(e.b);
    const then = this.#side(e.then);
    const otherwise = this.#side(e.otherwise);
    const compare = comparisons[e.comparison];
    return this.#push((s) => {
      const condition = compare(this.#kit, at(s, a), at(s, b));
      return choose(this.#kit, condition, then(s, condition.shape), otherwise(s, condition.shape));
    });
  }

  /** A side of a choice; constants come in the shape of the condition. */
  #side(e: ScalarExpression): (slots: readonly Tensor[], shape: readonly number[]) => Tensor {
    const value = constantValue(e);
    if (value !== undefined) return (_, shape) => this.#kit.filled(value, shape);
    const slot = this.record(e);
    return (slots) => at(slots, slot);
  }

  /** Terms whose coefficients have the same size are added before they are multiplied. */
  #sum(e: ScalarExpression): number {
    const { tf } = this.#kit;
    const form = linearForm(e);
    const { terms, constant } = this.#kit.traits.slowScalars ? sigmoidTerm(form) : form;
    const groups = new Map<number, Signed[]>();
    for (const { coefficient, factor, sigmoid } of terms) {
      const argument = this.record(factor);
      const slot = sigmoid ? this.#push((s) => tf.sigmoid(at(s, argument))) : argument;
      const size = Math.abs(coefficient);
      groups.set(size, [...(groups.get(size) ?? []), { slot, negative: coefficient < 0 }]);
    }
    let total: Signed | undefined;
    for (const [size, members] of groups) {
      let sum = members.sort((a, b) => Number(a.negative) - Number(b.negative)).reduce((a, b) => this.#plus(a, b));
      if (size !== 1) {
        const { slot, negative } = sum;
        sum = { slot: this.#push((s) => tf.mul(at(s, slot), this.#kit.scalar(size))), negative };
      }
      total = total === undefined ? sum : this.#plus(total, sum);
    }
    if (total === undefined) return this.#push(() => this.#kit.scalar(constant));
    if (constant !== 0) {
      const slot = this.#push(() => this.#kit.scalar(Math.abs(constant)));
      total = this.#plus(total, { slot, negative: constant < 0 });
    }
    const { slot, negative } = total;
    return negative ? this.#push((s) => tf.neg(at(s, slot))) : slot;
  }

  #plus(a: Signed, b: Signed): Signed {
    const { tf } = this.#kit;
    if (a.negative === b.negative) {
      return { slot: this.#push((s) => tf.add(at(s, a.slot), at(s, b.slot))), negative: a.negative };
    }
    const [plus, minus] = a.negative ? [b, a] : [a, b];
    return { slot: this.#push((s) => tf.sub(at(s, plus.slot), at(s, minus.slot))), negative: false };
  }

  #push(entry: Entry): number {
    this.entries.push(entry);
    return this.#count + this.entries.length - 1;
  }
}

interface Signed {
  readonly slot: number;
  readonly negative: boolean;
}

function at(slots: readonly Tensor[], slot: number): Tensor {
  const tensor = slots[slot];
  if (tensor === undefined) throw new Error(`an expression reads slot ${slot}, which is empty`);
  return tensor;
}

/** tf.where copies its operands to broadcast them, even where they have the same shape. */
function choose({ tf }: Kit, condition: Tensor, t: Tensor, e: Tensor): Tensor {
  if (!sameShape(condition.shape, t.shape) || !sameShape(t.shape, e.shape)) return tf.where(condition, t, e);
  return tf.engine().runKernel<Tensor>("Select", { condition, t, e });
}

/** On the slow-scalar backends the per-channel form is vectorized and the one-slope form is not. */
function leakyRelu(kit: Kit, x: Tensor, slope: number): Tensor {
  const { tf, traits } = kit;
  const channels = x.shape.at(-1);
  if (!traits.slowScalars || channels === undefined || x.shape.length < 2) return tf.leakyRelu(x, slope);
  return tf.prelu(
    x,
    kit.constant(`slopes ${slope} ${channels}`, () => tf.mul(tf.ones([channels]), slope)),
  );
}

const comparisons: Readonly<Record<Comparison, (kit: Kit, a: Tensor, b: Tensor) => Tensor>> = {
  lt: ({ tf }, a, b) => tf.less(a, b),
  le: ({ tf }, a, b) => tf.lessEqual(a, b),
  gt: ({ tf }, a, b) => tf.greater(a, b),
  ge: ({ tf }, a, b) => tf.greaterEqual(a, b),
  eq: ({ tf }, a, b) => tf.equal(a, b),
};
