/** Circuits verified with their equations as derived, or with some of them changed. */
import { compile, type Compiled, type Equations, type Term } from "@settle/compiler";
import { referenceEngine } from "@settle/engine-reference";
import type { CircuitSpec } from "@settle/spec";
import { type RuleVerdict, type Verification, verifyCircuit } from "@settle/verify";

export function compiled(spec: CircuitSpec): Compiled {
  const result = compile(spec);
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return result;
}

export const verify = (spec: CircuitSpec, change: (equations: Equations) => Partial<Equations> = () => ({})) => {
  const whole = compiled(spec);
  const equations = { ...whole.equations, ...change(whole.equations) };
  return verifyCircuit({ ...whole, equations }, { reference: referenceEngine, engines: [], seed: 3 });
};

export const ruleOf = (found: Verification, id: string): RuleVerdict =>
  [...found.corrections, ...found.learning].find((each) => each.id === id)!;
export const failing = ({ corrections, learning }: Verification): readonly string[] =>
  [...corrections, ...learning]
    .filter(({ check, formulas }) => check?.ok === false || formulas.some(({ ok }) => !ok))
    .map(({ id }) => id);
export const formulasOf = (found: Verification, id: string): readonly boolean[] =>
  ruleOf(found, id).formulas.map(({ ok }) => ok);

export const changed = <Key, Value>(
  map: ReadonlyMap<Key, Value>,
  key: Key,
  to: (value: Value) => Value,
): Map<Key, Value> => new Map([...map].map(([id, value]) => [id, id === key ? to(value) : value]));

export const scaled = (of: Term, by: number): Term => ({ kind: "scale", by, of });

/** A term with each of its parts changed, the inner ones not again. */
export function mapTerm(term: Term, to: (term: Term) => Term): Term {
  const changedHere = to(term);
  if (changedHere !== term) return changedHere;
  const parts = Object.entries(term).map(([key, value]: [string, unknown]) => {
    if (Array.isArray(value)) return [key, value.map((each: Term) => mapTerm(each, to))];
    return [key, typeof value === "object" && value !== null ? mapTerm(value as Term, to) : value];
  });
  return Object.fromEntries(parts) as Term;
}
