import { renderDiagnostic } from "@settle/diagnostics";
import { maximumTextLength, parseCircuit } from "@settle/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const tiny = `{
  // A comment, and trailing commas.
  "version": 1,
  "name": "tiny",
  "states": { "x": { "shape": [4], "observed": { "data": "image" } }, "z": { "shape": [2], }, },
  "errors": { "e": { "target": "x" } },
  "synapses": { "W": { "from": "z", "to": "e", "kind": "dense" } }, /* another */
}
`;

/** `code line:column pointer` of each diagnostic. */
function faults(text: string): readonly string[] {
  return parseCircuit(text).diagnostics.map(({ code, line, column, pointer }) =>
    `${code} ${line}:${column} ${pointer}`.trim(),
  );
}

describe("a good file", () => {
  test("may hold comments and trailing commas", () => {
    expect(parseCircuit(tiny)).toMatchObject({
      diagnostics: [],
      spec: { name: "tiny", states: { z: { shape: [2] } } },
    });
  });

  test("reads the same with a byte order mark and any line ends", () => {
    const { spec } = parseCircuit(tiny);
    expect(parseCircuit(`\uFEFF${tiny}`).spec).toEqual(spec);
    expect(parseCircuit(tiny.replaceAll("\n", "\r\n")).spec).toEqual(spec);
  });

  test("gives later passes the place of every field", () => {
    const { source } = parseCircuit(tiny, { file: "tiny.json" });
    expect(source.place("/synapses/W/to", "value")).toEqual({
      file: "tiny.json",
      line: 7,
      column: 43,
      length: 3,
      pointer: "/synapses/W/to",
    });
    expect(source.place("/synapses/W/to", "key")).toMatchObject({ line: 7, column: 37, length: 4 });
    expect(source.place("/states/x/shape/0", "key")).toMatchObject({ line: 5, column: 32, length: 1 });
  });

  test("places what is not written at the part that lacks it", () => {
    const { source } = parseCircuit(tiny);
    expect(source.place("/states/z/rate", "value")).toMatchObject({
      line: 5,
      column: 71,
      length: 3,
      pointer: "/states/z/rate",
    });
    expect(source.place("/settle/steps", "value")).toMatchObject({
      line: 1,
      column: 1,
      length: 1,
      pointer: "/settle/steps",
    });
  });

  test("places characters inside a text, escapes counted as one", () => {
    const { source } = parseCircuit(`{ "name": "a\\u0062\\n\\"cd" }`);
    expect(source.placeInText("/name", 4, 6)).toMatchObject({ line: 1, column: 23, length: 2 });
  });
});

describe("text that is no JSON", () => {
  test.each([
    ["", "parse/not-json 1:1"],
    ["   \n ", "parse/not-json 1:1"],
    ["// nothing", "parse/not-json 1:11"],
    ["hello", "parse/not-json 1:1"],
    ["<svg/>", "parse/not-json 1:1"],
    ["\u0000\u0001\u0002", "parse/not-json 1:1"],
    ["states:\n  x: 3", "parse/not-json 1:1"],
  ])("%j is said to be none, once", (text, fault) => {
    expect(faults(text)).toEqual([fault]);
  });

  test.each([
    ['{ "version": 1 "name": "a" }', "1:16", 'A "," is expected'],
    ['{ "version" 1 }', "1:13", 'A ":" is expected'],
    ['{ "version": 1', "1:15", 'A "}" is missing'],
    ['{ "sources": ["a" }', "1:19", 'A "]" is missing'],
    ["{\n  version: 1 }", "2:3", '"version" is not a JSON value'],
    ["{ 'version': 1 }", "1:3", "double quotes"],
    ['{ "settle": { "rate": NaN } }', "1:23", "NaN is not a number"],
    ['{ "settle": { "rate": -Infinity } }', "1:23", "-Infinity is not a number"],
    ['{ "settle": { "rate": 1.e3 } }', "1:23", "not finished"],
    ['{ "name": "tiny }', "1:11", "text is not closed"],
    ['{ "name": "a\\q" }', "1:11", "no such escape"],
    ['{ "version": 1 } }', "1:18", "ended before this"],
    ['{ "version": 1 /* }', "1:16", "comment is not closed"],
    ['{ "version": , "name": "a" }', "1:14", "A value is expected"],
  ])("%s has its fault at %s", (text, place, message) => {
    const [first] = parseCircuit(text).diagnostics;
    expect(first).toMatchObject({ code: "parse/syntax", message: expect.stringContaining(message) as string });
    expect(`${first?.line}:${first?.column}`).toBe(place);
  });

  test("several broken lines are all told, one fault each", () => {
    expect(faults('{\n  "a": 1\n  "b": nope nope,\n  "c": 2\n  "d": 3 }')).toEqual([
      "parse/syntax 3:3",
      "parse/syntax 5:3",
    ]);
  });
});

describe("text that is JSON but must not be read on", () => {
  test("a key that is there twice is told with its first line, at any depth", () => {
    const text = '{ "version": 1,\n  "states": { "x": {},\n    "x": {} },\n  "version": 1 }';
    expect(faults(text).filter((fault) => fault.startsWith("parse/"))).toEqual([
      "parse/duplicate-id 3:5 /states/x",
      "parse/duplicate-id 4:3 /version",
    ]);
    expect(parseCircuit(text).diagnostics.map(({ note }) => note)).toContain("first on line 2");
    expect(parseCircuit(text).spec).toBeUndefined();
  });

  test.each(["__proto__", "constructor", "prototype"])(
    "the key %s is refused wherever it stands and touches nothing",
    (key) => {
      for (const text of [
        tiny.replace('"name"', `"${key}": { "polluted": 1 }, "name"`),
        tiny.replace('"z": {', `"${key}": { "polluted": 1 }, "z": {`),
        tiny.replace('"shape": [2]', `"${key}": { "polluted": 1 }`),
        tiny
          .replace('"z": {', `"\\u005f${key.slice(1)}": {}, "z": {`)
          .replace("\\u005fonstructor", "constructor")
          .replace("\\u005frototype", "prototype"),
      ]) {
        const { spec, diagnostics } = parseCircuit(text);
        expect(diagnostics.map(({ code }) => code)).toEqual(["parse/forbidden-key"]);
        expect(spec).toBeUndefined();
      }
      expect({}).not.toHaveProperty("polluted");
    },
  );

  test("a huge file is refused by its length", () => {
    const { diagnostics, spec } = parseCircuit(`${tiny}${" ".repeat(maximumTextLength)}`, { file: "huge.json" });
    expect(diagnostics).toMatchObject([{ code: "parse/too-large", file: "huge.json" }]);
    expect(spec).toBeUndefined();
  });

  test("a deep file is refused where it becomes too deep, without recursing into it", () => {
    expect(faults("[".repeat(1_000_000))).toEqual(["parse/too-deep 1:65"]);
    expect(faults(`{ "a": ${'{"a":'.repeat(100_000)}`)).toEqual(["parse/too-deep 1:323"]);
  });

  test("a file of very many wrong entries gives the first hundred and says that there are more", () => {
    const text = tiny.replace('"name"', `"sources": [${"1,".repeat(200_000)}], "name"`);
    const { diagnostics } = parseCircuit(text);
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)).toMatchObject({
      code: "schema/more-faults",
    });
  });
});

test("faults of text and of shape come together, in file order", () => {
  const text = `{ "version": 1, "name": "no good",
  "states": { "x": { "rate": -1, "shape": [2, 2] }, "x": { "activation": "tahn" } },
  "errors": { "e": { "tarqet": "x" } },
  "synapses": { "W": { "from": 3, "to": "e", "kind": "dens", "strid": 2 } },
  "settle": { "steps": 0 } }`;
  expect(faults(text)).toEqual([
    "schema/bad-name 1:25 /name",
    "parse/duplicate-id 2:53 /states/x",
    "schema/unknown-kind 2:74 /states/x/activation",
    "schema/unknown-field 3:22 /errors/e/tarqet",
    "schema/wrong-type 4:32 /synapses/W/from",
    "schema/unknown-kind 4:54 /synapses/W/kind",
    "schema/unknown-field 4:62 /synapses/W/strid",
    "schema/out-of-range 5:24 /settle/steps",
  ]);
});

test("a custom activation that is no expression is underlined where it goes wrong", () => {
  const text = tiny.replace('"shape": [2],', '"activation": { "kind": "custom", "expression": "max(x, 0.2*y)" }');
  const [diagnostic] = parseCircuit(text, { file: "mine.json" }).diagnostics;
  expect(renderDiagnostic(diagnostic!, text)).toMatchInlineSnapshot(`
    "error[parse/bad-expression]  "activation.expression" of state "z" is not an expression in x: there is no "y".
      at mine.json:5:138   /states/z/activation/expression
      5 | … "data": "image" } }, "z": { "activation": { "kind": "custom", "expression": "max(x, 0.2*y)" } }, },
        |                                                                                           ^
      help: the variable is x; the constants are pi, e     docs/diagnostics/parse-bad-expression.md"
  `);
});

test("whatever a text is, it gives a circuit or a diagnostic and never throws", () => {
  const piece = fc.constantFrom(
    ...Array.from('{}[],:"\\/*-+.eE01 \n'),
    '"version"',
    '"states"',
    "1",
    "null",
    "true",
    '"kind"',
    "//",
    "__proto__",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join("")),
    fc.json(),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const { spec, diagnostics } = parseCircuit(text);
      expect(spec === undefined).toBe(diagnostics.length > 0);
    }),
    { numRuns: 2000 },
  );
});

test("a misspelt field carries the repair that puts it right", () => {
  const text = tiny.replace('"from"', '"form"').replace('"shape": [2]', '"rate": "0.1"');
  expect(parseCircuit(text).diagnostics.map(({ repair }) => repair)).toEqual([
    [{ op: "replace", path: "/states/z/rate", value: 0.1 }],
    [{ op: "move", from: "/synapses/W/form", path: "/synapses/W/from" }],
  ]);
});
