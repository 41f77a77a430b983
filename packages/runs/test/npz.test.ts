import { decodeNpz, encodeNpz } from "@settle/runs";
import { describe, expect, it } from "vitest";

/** Written by numpy 2.4: W1 and turned are arange(6) as 2 × 3 (turned in Fortran order), bias:e0 is [0.5, −1.5] in float64, scalar is 7. */
const fromNumpy =
  "UEsDBC0AAAAAAAAAIQBP6QAq//////////8GABQAVzEubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAIA/AAAAQAAAQEAAAIBAAACgQFBLAwQtAAAAAAAAACEAtF5jaf//////////CwAUAGJpYXM6ZTAubnB5AQAQAJAAAAAAAAAAkAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAOA/AAAAAAAA+L9QSwMELQAAAAAAAAAhAM4s4NP//////////woAFAB0dXJuZWQubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IFRydWUsICdzaGFwZSc6ICgyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAEBAAACAPwAAgEAAAABAAACgQFBLAwQtAAAAAAAAACEAKlvYCP//////////CgAUAHNjYWxhci5ucHkBABAAhAAAAAAAAACEAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAADgQFBLAQItAy0AAAAAAAAAIQBP6QAqmAAAAJgAAAAGAAAAAAAAAAAAAACAAQAAAABXMS5ucHlQSwECLQMtAAAAAAAAACEAtF5jaZAAAACQAAAACwAAAAAAAAAAAAAAgAHQAAAAYmlhczplMC5ucHlQSwECLQMtAAAAAAAAACEAzizg05gAAACYAAAACgAAAAAAAAAAAAAAgAGdAQAAdHVybmVkLm5weVBLAQItAy0AAAAAAAAAIQAqW9gIhAAAAIQAAAAKAAAAAAAAAAAAAACAAXECAABzY2FsYXIubnB5UEsFBgAAAAAEAAQA3QAAADEDAAAAAA==";
/** Written by numpy 2.4, compressed: W is arange(3), which is int64. */
const integers =
  "UEsDBC0AAAAIAAAAIQD3QBLq//////////8FABQAVy5ucHkBABAAmAAAAAAAAABMAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6mjoKtQoUAC4GKGCE0kxQGgBQSwECLQMtAAAACAAAACEA90AS6kwAAACYAAAABQAAAAAAAAAAAAAAgAEAAAAAVy5ucHlQSwUGAAAAAAEAAQAzAAAAgwAAAAAA";
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

describe("npz files", () => {
  it("that numpy wrote are read, in whatever order it laid out an array", () => {
    const tensors = decodeNpz(bytesOf(fromNumpy), "numpy.npz");
    expect([...tensors.keys()]).toEqual(["W1", "bias:e0", "turned", "scalar"]);
    expect(tensors.get("W1")).toEqual({ shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
    expect(tensors.get("turned")).toEqual(tensors.get("W1"));
    expect(tensors.get("bias:e0")).toEqual({ shape: [2], data: Float64Array.of(0.5, -1.5) });
    expect(tensors.get("scalar")).toEqual({ shape: [], data: Float32Array.of(7) });
  });

  it("come back as they were, and equal tensors give equal bytes", () => {
    const tensors = new Map([
      ["W2", { shape: [2, 1, 2], data: Float32Array.of(1, -2, 3.5, 1e-30) }],
      ["bias:e1", { shape: [3], data: Float64Array.of(Math.PI, 0, -1) }],
      ["settle/rate", { shape: [], data: Float32Array.of(0.25) }],
    ]);
    const bytes = encodeNpz(tensors);
    expect(decodeNpz(bytes, "own.npz")).toEqual(tensors);
    expect(encodeNpz(new Map([...tensors].toReversed()))).toEqual(bytes);
  });

  it("of integers are refused with what to type in Python", () => {
    expect(() => decodeNpz(bytesOf(integers), "w.npz")).toThrow(/runs\/unsupported-dtype: Array "W" of "w.npz" is <i8/);
  });

  it("that are damaged are refused, wherever the damage is", () => {
    const whole = bytesOf(fromNumpy);
    expect(() => decodeNpz(whole.subarray(0, 200), "w.npz")).toThrow("runs/damaged-tensors");
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = whole.slice();
      bytes[at] = bytes[at]! ^ 0xff;
      try {
        decodeNpz(bytes, "w.npz");
      } catch (fault) {
        expect(String(fault)).toMatch(/runs\/(damaged-tensors|unsupported-dtype)/);
      }
    }
  });
});
