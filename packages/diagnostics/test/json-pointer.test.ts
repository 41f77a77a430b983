import { formatPointer, parentPointer, parsePointer, valueAt } from "@settle/diagnostics";
import { expect, test } from "vitest";

// The examples of RFC 6901, section 5.
const document = {
  foo: ["bar", "baz"],
  "": 0,
  "a/b": 1,
  "c%d": 2,
  "e^f": 3,
  "g|h": 4,
  "i\\j": 5,
  'k"l': 6,
  " ": 7,
  "m~n": 8,
};

test.each<[string, readonly string[], unknown]>([
  ["", [], document],
  ["/foo", ["foo"], ["bar", "baz"]],
  ["/foo/0", ["foo", "0"], "bar"],
  ["/", [""], 0],
  ["/a~1b", ["a/b"], 1],
  ["/c%d", ["c%d"], 2],
  ["/i\\j", ["i\\j"], 5],
  ["/ ", [" "], 7],
  ["/m~0n", ["m~n"], 8],
])("%j is the path %j", (pointer, path, value) => {
  expect(parsePointer(pointer)).toEqual(path);
  expect(formatPointer(path)).toBe(pointer);
  expect(valueAt(document, pointer)).toEqual(value);
});

test("~01 is a tilde and a one, not a slash", () => {
  expect(parsePointer("/~01")).toEqual(["~1"]);
  expect(formatPointer(["~1"])).toBe("/~01");
});

test("what is not there is undefined, inherited things are not there", () => {
  for (const pointer of ["/nothing", "/foo/2", "/foo/0/x", "/constructor", "/foo/__proto__"]) {
    expect(valueAt(document, pointer)).toBeUndefined();
  }
});

test("text that does not begin with a slash is no pointer", () => {
  expect(() => parsePointer("foo/bar")).toThrow(RangeError);
});

test("the parent is one level up, at the top the document", () => {
  expect(parentPointer("/a~1b/0")).toBe("/a~1b");
  expect(parentPointer("/foo")).toBe("");
  expect(parentPointer("")).toBe("");
});
