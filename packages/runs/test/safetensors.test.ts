import { SettleError } from "@settle/diagnostics";
import { countNotFinite, decodeSafetensors, encodeSafetensors, type Tensor } from "@settle/runs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

/** A file as another program would lay it out: header as given, data as given. */
function fileOf(header: unknown, data: Uint8Array | number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

function faultOf(bytes: Uint8Array): string {
  try {
    decodeSafetensors(bytes, "w.safetensors");
  } catch (error) {
    if (error instanceof SettleError) return `${error.diagnostic.code}: ${error.diagnostic.message}`;
    throw error;
  }
  return "none";
}

const tensor: fc.Arbitrary<Tensor> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.boolean())
  .chain(([shape, double]) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const data = double
      ? fc.float64Array({ minLength: size, maxLength: size })
      : fc.float32Array({ minLength: size, maxLength: size });
    return data.map((values) => ({ shape, data: values }));
  });
const name = fc.string({ unit: "grapheme", maxLength: 8 });

describe("safetensors", () => {
  test("what is written is read back, bit for bit, NaN and negative zero included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.oneof(name, fc.constantFrom("__proto__", "constructor")), tensor), { maxLength: 5 }),
        fc.dictionary(name, fc.string()),
        (entries, metadata) => {
          const tensors = new Map(entries);
          const back = decodeSafetensors(encodeSafetensors({ tensors, metadata }), "x");
          expect(new Map(back.tensors)).toEqual(tensors);
          for (const [id, { data }] of tensors) expect(bitsOf(back.tensors.get(id)?.data)).toEqual(bitsOf(data));
          expect(new Map(Object.entries(back.metadata))).toEqual(new Map(Object.entries(metadata)));
        },
      ),
    );
  });

  test("a buffer that is a view of a larger one is read the same", () => {
    const bytes = encodeSafetensors({
      tensors: new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]),
      metadata: {},
    });
    const larger = Buffer.concat([Buffer.from("xyz"), bytes]);
    expect(decodeSafetensors(larger.subarray(3), "x").tensors.get("w")?.data).toEqual(Float32Array.of(1, 2));
  });

  test("the bytes are those of the format: length, header padded to eight, float64 before float32, little-endian", () => {
    const tensors = new Map<string, Tensor>([
      ["b", { shape: [], data: Float32Array.of(1) }],
      ["a", { shape: [1, 1], data: Float64Array.of(-2) }],
    ]);
    const header =
      '{"__metadata__":{"epoch":"3"},"a":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(Buffer.from(encodeSafetensors({ tensors, metadata: { epoch: "3" } })).toString("hex")).toBe(
      Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]).toString("hex") +
        Buffer.from(padded).toString("hex") +
        "00000000000000c0" +
        "0000803f",
    );
  });

  test("the order in which tensors are given does not change the file", () => {
    const a: [string, Tensor] = ["a", { shape: [1], data: Float32Array.of(1) }];
    const b: [string, Tensor] = ["b", { shape: [1], data: Float32Array.of(2) }];
    const one = encodeSafetensors({ tensors: new Map([a, b]), metadata: {} });
    expect(encodeSafetensors({ tensors: new Map([b, a]), metadata: {} })).toEqual(one);
  });

  test("a file cut anywhere is refused as not whole", () => {
    const bytes = encodeSafetensors({
      tensors: new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]),
      metadata: {},
    });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(faultOf(bytes.subarray(0, length))).toMatch(/^runs\/damaged-tensors/);
    }
  });

  test("a file that contradicts itself is refused, and the message says where", () => {
    const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
      dtype: "F32",
      shape,
      data_offsets: [begin, end],
    });
    expect(faultOf(fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12))).toContain('tensors "a" and "b" overlap');
    expect(faultOf(fileOf({ a: f32(0, 4), b: f32(8, 12) }, 12))).toContain('4 bytes before tensor "b" belong to none');
    expect(faultOf(fileOf({ a: f32(0, 4) }, 12))).toContain("8 bytes at its end belong to no tensor");
    expect(faultOf(fileOf({ a: f32(0, 16) }, 12))).toContain('tensor "a" ends at byte 16 of the data, which have 12');
    expect(faultOf(fileOf({ a: f32(0, 8, [3]) }, 8))).toContain('"a", F32 [3], needs 12 bytes, its place has 8');
    expect(faultOf(fileOf({ a: f32(4, 0, [1]) }, 4))).toContain("its place has -4");
    expect(faultOf(fileOf({ a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, 4))).toContain(
      '"a" is malformed',
    );
    expect(faultOf(fileOf({ a: 3 }, 0))).toContain('the entry of "a" is malformed');
    expect(faultOf(fileOf({ __metadata__: { epoch: 3 } }, 0))).toContain("not a table of texts");
    expect(faultOf(fileOf("[]", 0))).toContain("not a JSON object");
    expect(faultOf(fileOf("{", 0))).toContain("not a JSON object");
    expect(faultOf(new TextEncoder().encode("a text that is no tensor file"))).toContain("not the length of a header");
  });

  test("a dtype that Settle does not compute in is named with the tensor", () => {
    const half = fileOf({ w: { dtype: "F16", shape: [2], data_offsets: [0, 4] } }, 4);
    expect(faultOf(half)).toBe(
      'runs/unsupported-dtype: Tensor "w" of "w.safetensors" is F16; Settle reads F32 and F64.',
    );
  });

  test("random bytes never make it throw anything but a diagnostic", () => {
    const valid = encodeSafetensors({
      tensors: new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]),
      metadata: {},
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
        const bytes = Uint8Array.from(valid);
        for (const [at, byte] of changes) bytes[at] = byte;
        faultOf(bytes);
      }),
    );
  });

  test("entries that are not finite are counted", () => {
    expect(countNotFinite(Float32Array.of(1, NaN, Infinity, -Infinity, 0))).toBe(3);
  });
});

function bitsOf(data: Float32Array | Float64Array | undefined): string {
  return data === undefined ? "" : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
}
