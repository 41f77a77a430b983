/** That the verifier of Programs sees what is broken: sound Programs, each spoilt in one way. */
import { readFileSync } from "node:fs";
import { compile } from "@settle/compiler";
import { parseProgram, type Program, serializeProgram, verifyProgram } from "@settle/program";
import { parseCircuit } from "@settle/spec";
import { expect, test } from "vitest";

const text = readFileSync(new URL("../../fixtures/everything-said/circuit.json", import.meta.url), "utf8");
const result = compile(parseCircuit(text).spec!);
if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
const { program } = result;

/** A copy that may be written to. */
type Mutable<T> = T extends string | number ? T : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
const spoilt = (spoil: (copy: Mutable<Program>) => void): readonly string[] => {
  const copy = structuredClone(program) as Mutable<Program>;
  spoil(copy);
  return verifyProgram(copy);
};

test.each<[string, (copy: Mutable<Program>) => void, RegExp]>([
  [
    "a value used before it is assigned",
    (p) => void (p.phases.step.instructions = p.phases.step.instructions.toReversed()),
    /before it is assigned/,
  ],
  [
    "a value assigned twice",
    (p) => void p.phases.step.instructions.push(p.phases.step.instructions[0]!),
    /assigned twice/,
  ],
  [
    "a value of another type than declared",
    (p) => void (p.phases.readout.values.at(-1)!.type.shape = [7]),
    /is declared \[N, 7\]/,
  ],
  ["a buffer that is not there", (p) => void p.buffers.shift(), /unknown buffer/],
  ["a buffer declared twice", (p) => void p.buffers.push(p.buffers[0]!), /declared twice/],
  [
    "a phase that writes what it may not",
    (p) => void (p.phases.step.writes[0]!.buffer = program.errors[0]!.error),
    /may not write the readout/,
  ],
  ["a batch in the apply phase", (p) => void (p.phases.apply.values[0]!.type.batch = true), /batched value/],
  ["a parameter without a law", (p) => void delete p.buffers[0]!.initial, /no initial law/],
  [
    "a relation whose map is not the tensor's",
    (p) => void (p.relations.find((r) => r.axes.length > 0)!.axes[0]!.post = 9),
    /another shape/,
  ],
])("sees %s", (_name, spoil, fault) => {
  expect(spoilt(spoil).join("\n")).toMatch(fault);
});

test("a Program file of a newer version is refused", () => {
  const newer = serializeProgram(program).replace('"version": 1', '"version": 2');
  expect(parseProgram(newer)).toEqual({ faults: ["version 2 is not known here (known: 1)"] });
});

test.each(["", "{", "null", "[]", '{"format":"settle-program","version":1}'])("%j is no Program file", (broken) => {
  expect(parseProgram(broken)).toHaveProperty("faults");
});
