/** Writes messages in the wire format of protocol buffers: enough of it for a model file. */

/** One field of a message: its bytes, tag included. */
export type Field = Uint8Array;

/** A whole number ≥ 0. */
export function integer(field: number, value: number): Field {
  return joined([varint(field * 8), varint(value)]);
}

export function float(field: number, value: number): Field {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setFloat32(0, value, true);
  return joined([varint(field * 8 + 5), four]);
}

export function bytes(field: number, value: Uint8Array): Field {
  return joined([varint(field * 8 + 2), varint(value.length), value]);
}

export function text(field: number, value: string): Field {
  return bytes(field, new TextEncoder().encode(value));
}

export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, joined(fields));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Seven bits a byte, the lowest first, the top bit saying that more follow; `value` is a whole number ≥ 0. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...digits, rest]);
    digits.push((rest % 128) + 128);
  }
}
