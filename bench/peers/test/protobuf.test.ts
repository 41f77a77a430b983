import { describe, expect, it } from "vitest";
import { bytes, float, integer, message, text } from "../protobuf.ts";

const hex = (field: Uint8Array): string => Buffer.from(field).toString("hex");

describe("the wire format", () => {
  it("writes the examples of the format's own documentation", () => {
    expect(hex(integer(1, 150))).toBe("089601");
    expect(hex(text(2, "testing"))).toBe("120774657374696e67");
    expect(hex(message(3, [integer(1, 150)]))).toBe("1a03089601");
  });

  it("spreads large numbers and large tags over as many bytes as they need", () => {
    expect(hex(integer(20, 5))).toBe("a00105");
    expect(hex(integer(1, 2 ** 35))).toBe("08808080808001");
    expect(hex(integer(1, 0))).toBe("0800");
  });

  it("keeps floats and bytes as they are", () => {
    expect(hex(float(2, -1))).toBe("15000080bf");
    expect(hex(bytes(9, Uint8Array.of(1, 0, 255)))).toBe("4a030100ff");
  });
});
