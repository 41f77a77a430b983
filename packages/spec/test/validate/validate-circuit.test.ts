import type { PatchOperation } from "@settle/diagnostics";
import { type CircuitSpec, validateCircuit } from "@settle/spec";
import { describe, expect, test } from "vitest";

const good: CircuitSpec = {
  version: 1,
  name: "good",
  states: { x: { shape: [4], observed: { data: "image" } }, z: { shape: [2] } },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense" } },
};

/** `code pointer message` of every fault of the good circuit with `changes` laid over it. */
function faults(changes: Readonly<Record<string, unknown>>): readonly string[] {
  return validateCircuit({ ...good, ...changes }).diagnostics.map(
    ({ code, pointer, message }) => `${code} ${pointer}: ${message}`,
  );
}

describe("a section whose name is misspelt", () => {
  const lateral = { V: { from: "z", kind: "group", size: 2 } };

  test("is told together with what is wrong in it, each with its repair", () => {
    expect(faults({ lateral })).toEqual([
      'schema/unknown-field /lateral: The circuit has no field "lateral".',
      'schema/unknown-kind /lateral/V/kind: "V.kind" of lateral is "group", which is not one of "groups", "matrix", "dense" or "conv2d".',
    ]);
    const repairs = validateCircuit({ ...good, lateral }).diagnostics.map(({ repair }) => repair);
    expect(repairs).toEqual([
      [{ op: "move", from: "/lateral", path: "/laterals" }],
      [{ op: "replace", path: "/lateral/V/kind", value: "groups" }],
    ]);
  });

  test("is no section where a number stands", () => {
    const [only] = validateCircuit({ ...good, lateral: 3 }).diagnostics;
    expect(only).toMatchObject({ code: "schema/unknown-field", note: 'did you mean "laterals"?' });
    expect(only?.repair).toBeUndefined();
  });
});

describe("a field of another kind", () => {
  test("is told with the kinds that have it", () => {
    const synapses = { W: { from: "z", to: "e", kind: "dense", kernel: 3 } };
    expect(validateCircuit({ ...good, synapses }).diagnostics).toMatchObject([
      {
        code: "schema/unknown-field",
        message: 'Synapse "W" has no field "kernel".',
        help: '"conv2d" or "deconv2d" has it: remove it, or write another "kind".',
      },
    ]);
  });

  test("is told with the fields there are where no kind has it, and with the nearest where one is near", () => {
    const [strange, near] = validateCircuit({
      ...good,
      synapses: { W: { from: "z", to: "e", kind: "dense", colour: 3, feedbak: "tied" } },
    }).diagnostics;
    expect(strange?.help).toContain("it may have");
    expect(near).toMatchObject({ note: 'did you mean "feedback"?', help: 'write "feedback".' });
  });
});

describe("a shape of a map whose channels were left out", () => {
  test("is told what it would be with one, and is not repaired by itself: nobody knows how many", () => {
    const states = { ...good.states, x: { shape: [28, 28], observed: { data: "image" } } };
    const [fault] = validateCircuit({ ...good, states }).diagnostics;
    expect(fault).toMatchObject({
      code: "schema/bad-length",
      help: expect.stringContaining("as in [28, 28, 1]") as string,
    });
    expect(fault?.repair).toBeUndefined();
  });
});

describe("a part that is not as the language says", () => {
  test.each<[what: string, changes: Record<string, unknown>, fault: string]>([
    [
      "a negative rate",
      { settle: { rate: -0.1 } },
      'schema/out-of-range /settle/rate: "rate" of settle must be above 0; it is -0.1.',
    ],
    [
      "T = 0",
      { settle: { steps: 0 } },
      'schema/out-of-range /settle/steps: "steps" of settle must be at least 1; it is 0.',
    ],
    [
      "half a step",
      { settle: { steps: 1.5 } },
      'schema/out-of-range /settle/steps: "steps" of settle must be a whole number; it is 1.5.',
    ],
    [
      "a negative leak in short form",
      { states: { z: { leak: -1 } } },
      'schema/out-of-range /states/z/leak: "leak" of state "z" must be at least 0; it is -1.',
    ],
    [
      "a decay of 1",
      { learn: { rule: { kind: "adam", beta1: 1 } } },
      'schema/out-of-range /learn/rule/beta1: "rule.beta1" of learn must be below 1; it is 1.',
    ],
    [
      "a shape of two numbers",
      { states: { x: { shape: [4, 4] } } },
      'schema/bad-length /states/x/shape: "shape" of state "x" has 2 entries, which does not fit.',
    ],
    [
      "a shape with a zero in it",
      { states: { x: { shape: [4, 0, 1] } } },
      'schema/out-of-range /states/x/shape/1: "shape[1]" of state "x" must be at least 1; it is 0.',
    ],
    [
      "an id with a slash",
      { states: { "a/b": {} } },
      'schema/bad-id /states/a~1b: "a/b" cannot be an id: ids have letters, digits, "_", "-" and ".", and begin with a letter.',
    ],
    [
      "an empty id",
      { synapses: { "": good.synapses["W"] } },
      'schema/bad-id /synapses/: "" cannot be an id: ids have letters, digits, "_", "-" and ".", and begin with a letter.',
    ],
    [
      "a text for a number",
      { settle: { steps: "60" } },
      'schema/wrong-type /settle/steps: "steps" of settle must be a number; it is the text "60".',
    ],
    [
      "null for a part",
      { states: { x: null } },
      'schema/wrong-type /states/x: State "x" must be an object; it is null.',
    ],
    ["a list for the states", { states: [] }, 'schema/wrong-type /states: "states" must be an object; it is a list.'],
    [
      "a number for a synapse",
      { synapses: { W: 3 } },
      'schema/wrong-type /synapses/W: Synapse "W" must be an object; it is 3.',
    ],
    ["no name", { name: undefined }, 'schema/missing-field /name: The circuit has no "name".'],
    [
      "an error node without target",
      { errors: { e: {} } },
      'schema/missing-field /errors/e/target: Error node "e" has no "target".',
    ],
    [
      "a prior without kind",
      { states: { z: { prior: { strength: 1 } } } },
      'schema/missing-field /states/z/prior/kind: "prior" of state "z" has no "kind".',
    ],
    [
      "a strength of no prior",
      { states: { z: { prior: { kind: "none", strength: 1 } } } },
      'schema/unknown-field /states/z/prior/strength: "prior" of state "z" has no field "strength".',
    ],
    [
      "a kernel of a dense synapse",
      { synapses: { W: { ...good.synapses["W"], kernel: 3 } } },
      'schema/unknown-field /synapses/W/kernel: Synapse "W" has no field "kernel".',
    ],
    [
      "a λ of tied feedback",
      { defaults: { synapse: { feedback: { kind: "tied", lambda: 0.9 } } } },
      'schema/unknown-field /defaults/synapse/feedback/lambda: "feedback" of defaults.synapse has no field "lambda".',
    ],
    [
      "a word that is none",
      { settle: { start: "zero" } },
      'schema/unknown-value /settle/start: "start" of settle is "zero", which is not one of "projection" or "initial".',
    ],
    [
      "softmax on a state",
      { states: { z: { activation: { kind: "softmax" } } } },
      'schema/softmax-activation /states/z/activation/kind: State "z" has softmax as its activation, which is a function of single numbers.',
    ],
    [
      "a range the wrong way round",
      { states: { z: { initial: { kind: "uniform", low: 1, high: -1 } } } },
      'schema/empty-range /states/z/initial/high: "initial" of state "z" runs from 1 to -1: nothing lies between.',
    ],
    [
      "an expression that is none",
      { defaults: { error: { output: { kind: "custom", expression: "x", derivative: "dx" } } } },
      'parse/bad-expression /defaults/error/output/derivative: "output.derivative" of defaults.error is not an expression in x: there is no "dx".',
    ],
    ["an empty source", { sources: [""] }, 'schema/bad-name /sources/0: "sources[0]" is empty.'],
    [
      "a wrong number in a pair",
      { synapses: { W: { from: "z", to: "e", kernel: [3, -3] } } },
      'schema/out-of-range /synapses/W/kernel/1: "kernel[1]" of synapse "W" must be at least 1; it is -3.',
    ],
  ])("%s is told", (_, changes, fault) => {
    expect(faults(changes)).toEqual([fault]);
  });

  test("all faults are told at once, those of expressions among them", () => {
    expect(
      faults({
        states: { z: { rate: 0, activation: { kind: "custom", expression: "x +" } }, y: { shap: [2] } },
        settle: { steps: 0 },
      }).map((fault) => fault.split(":")[0]),
    ).toEqual([
      "schema/out-of-range /states/z/rate",
      "schema/unknown-field /states/y/shap",
      "schema/out-of-range /settle/steps",
      "parse/bad-expression /states/z/activation/expression",
    ]);
  });

  test("a field that belongs one deeper is told where", () => {
    const constraint = { kind: "max-norm", over: "source" };
    const { diagnostics } = validateCircuit({ ...good, synapses: { W: { ...good.synapses["W"], constraint } } });
    expect(diagnostics).toMatchObject([
      { code: "schema/unknown-field", help: 'it belongs inside "learn": write "learn": { "constraint": … }.' },
    ]);
  });

  test("a misspelt field is named, and what it lacks because of that is not told again", () => {
    const { diagnostics } = validateCircuit({ ...good, errors: { e: { taget: "x" } } });
    expect(diagnostics).toMatchObject([
      {
        code: "schema/unknown-field",
        note: 'did you mean "target"?',
        repair: [{ op: "move", from: "/errors/e/taget", path: "/errors/e/target" }] satisfies PatchOperation[],
      },
    ]);
  });

  test("no repair is offered where the value would not fit the field that was meant", () => {
    const { diagnostics } = validateCircuit({ ...good, errors: { e: { target: "x", biass: 3 } } });
    expect(diagnostics).toMatchObject([{ code: "schema/unknown-field", note: 'did you mean "bias"?' }]);
    expect(diagnostics[0]).not.toHaveProperty("repair");
  });
});

describe("the version", () => {
  test("is asked for, with all other faults", () => {
    const { version: _, ...rest } = good;
    expect(validateCircuit({ ...rest, name: "a b" }).diagnostics.map(({ code }) => code)).toEqual([
      "schema/missing-version",
      "schema/bad-name",
    ]);
  });

  test("newer than this is refused with the remedy, and nothing else is judged", () => {
    expect(validateCircuit({ version: 2, states: 3 }).diagnostics).toMatchObject([
      { code: "schema/newer-version", help: expect.stringContaining("update Settle") as string },
    ]);
  });

  test.each([0, -1, 0.5, "1", null])("%j is no version", (version) => {
    expect(faults({ version })).toHaveLength(1);
    expect(faults({ version })[0]).toMatch(/\/version: "version" must be 1; it is /);
  });
});

describe("what is no circuit at all", () => {
  test.each([null, 3, "x", [], true])("%j is refused", (value) => {
    expect(validateCircuit(value).diagnostics).toMatchObject([{ code: "schema/not-a-circuit", pointer: "" }]);
  });

  test("undefined is refused", () => {
    expect(validateCircuit(undefined).diagnostics).toHaveLength(1);
  });

  test("a circuit of a hundred thousand states is refused by their number", () => {
    const states = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`z${index}`, {}]));
    expect(faults({ states })).toEqual([
      "schema/too-many-parts : The circuit has 100002 states, error nodes and synapses; it may have 10000.",
    ]);
  });
});

describe("a circuit built in memory", () => {
  test("may leave fields undefined, which counts as left out", () => {
    const { spec } = validateCircuit({
      ...good,
      settle: undefined,
      states: { ...good.states, z: { shape: [2], rate: undefined } },
    });
    expect(spec).toStrictEqual(good);
  });

  test.each<[string, unknown, string]>([
    ["NaN", Number.NaN, "/settle/rate is NaN."],
    ["an infinity", Number.POSITIVE_INFINITY, "/settle/rate is Infinity."],
    ["a function", () => 1, "/settle/rate is a function."],
    ["a bigint", 1n, "/settle/rate is a bigint."],
    ["a class", new Map(), "/settle/rate is an instance of a class."],
  ])("must not hold %s", (_, rate, message) => {
    expect(faults({ settle: { rate } })).toEqual([`schema/not-json /settle/rate: ${message}`]);
  });

  test("must not hold itself", () => {
    const circular: Record<string, unknown> = { ...good };
    circular["settle"] = { leak: circular };
    expect(validateCircuit(circular).diagnostics).toMatchObject([{ code: "schema/not-json", pointer: "/settle/leak" }]);
  });

  test("may hold one part twice, which is no cycle", () => {
    const state = { shape: [2] };
    expect(faults({ states: { x: state, z: state } })).toEqual([]);
  });

  test("must not hold keys that reach a prototype", () => {
    const states: unknown = JSON.parse('{ "__proto__": { "shape": [2] } }');
    expect(faults({ states })).toEqual([
      'parse/forbidden-key /states/__proto__: "__proto__" cannot be a key: JavaScript keeps the name for itself.',
    ]);
  });

  test("is not written to", () => {
    const circuit = structuredClone(good);
    Object.freeze(circuit.states);
    expect(validateCircuit(circuit).spec).toEqual(good);
    expect(circuit).toEqual(good);
  });
});
