import { colourAt, contactSheet, encodePng, enlarge, featureMapSheet, type Picture, pictureOf } from "@settle/runs";
import { decode } from "fast-png";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const grey = (width: number, ...data: readonly number[]): Picture => ({
  width,
  height: data.length / width,
  channels: 1,
  data: Uint8Array.from(data),
});

describe("a picture", () => {
  test("clips for display: below 0 is black, above 1 is full, NaN is black", () => {
    const { data } = pictureOf(Float32Array.of(-0.5, 0, 0.5, 1, 1.5, NaN), [1, 2, 3]);
    expect([...data]).toEqual([0, 0, 128, 255, 255, 0]);
  });

  test("is taken out of a batch by its index, and not beyond it", () => {
    const batch = Float32Array.of(0, 0, 1, 1);
    expect([...pictureOf(batch, [1, 2], 1).data]).toEqual([255, 255]);
    expect(() => pictureOf(batch, [1, 2], 2)).toThrow("image 2");
    expect(() => pictureOf(batch, [1, 1, 4])).toThrow("not the shape of a picture");
  });

  test("is enlarged by repeating pixels", () => {
    expect(enlarge(grey(2, 1, 2), 2)).toEqual(grey(4, 1, 1, 2, 2, 1, 1, 2, 2));
  });

  test("survives its PNG without loss", () => {
    const picture = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom(1 as const, 3 as const))
      .chain(([width, height, channels]) =>
        fc
          .uint8Array({ minLength: width * height * channels, maxLength: width * height * channels })
          .map((data): Picture => ({ width, height, channels, data })),
      );
    fc.assert(
      fc.property(picture, ({ width, height, channels, data }) => {
        expect(decode(encodePng({ width, height, channels, data }))).toMatchObject({
          width,
          height,
          channels,
          data,
          depth: 8,
        });
      }),
    );
  });

  test("stands in its cell of a contact sheet, grey ones as grey among coloured ones", () => {
    const red: Picture = { width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) };
    const sheet = contactSheet([[red, grey(1, 7)], [red]], { scale: 1, gap: 1, background: 9 });
    expect(sheet).toMatchObject({ width: 5, height: 5, channels: 3 });
    const row = (y: number) => [...sheet.data.subarray(y * 15, y * 15 + 15)];
    expect(row(1)).toEqual([9, 9, 9, 255, 0, 0, 9, 9, 9, 7, 7, 7, 9, 9, 9]);
    expect(row(3)).toEqual([9, 9, 9, 255, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
  });
});

describe("feature maps", () => {
  test("show one tile per channel, each over its own range", () => {
    // Channel 0 holds 0 and 1, channel 1 holds 0 and 100.
    const { tiles, range, columns, rows } = featureMapSheet(Float32Array.of(0, 0, 1, 100), [1, 2, 2], 0, {
      colormap: "grey",
    });
    expect({ range, columns, rows }).toEqual({ range: [0, 100], columns: 2, rows: 1 });
    expect(tiles.map(({ data }) => [...data])).toEqual([
      [0, 0, 0, 255, 255, 255],
      [0, 0, 0, 255, 255, 255],
    ]);
  });

  test("share one range if asked", () => {
    const { tiles } = featureMapSheet(Float32Array.of(0, 0, 50, 100), [1, 2, 2], 0, {
      colormap: "grey",
      normalize: "layer",
    });
    expect(tiles[0]?.data[3]).toBeGreaterThan(80);
    expect(tiles[0]?.data[3]).toBeLessThan(170);
  });

  test("of a dense layer are one tile, as square as its units allow", () => {
    const { tiles } = featureMapSheet(new Float32Array(400), [200], 1);
    expect(tiles).toMatchObject([{ width: 20, height: 10 }]);
  });

  test("that hold NaN are drawn all the same", () => {
    const { range } = featureMapSheet(Float32Array.of(NaN, 1, 3), [1, 3, 1]);
    expect(range).toEqual([1, 3]);
  });

  test("in the signed map have a pale zero between violet and orange", () => {
    const { tiles } = featureMapSheet(Float32Array.of(-1, 0, 4), [1, 3, 1], 0, { colormap: "signed" });
    const zero = [...(tiles[0]?.data.subarray(3, 6) ?? [])];
    expect(Math.min(...zero)).toBeGreaterThan(230);
  });

  test("in viridis begin and end with the colours its authors gave it", () => {
    expect(colourAt("viridis", 0)).toEqual([68, 1, 84]);
    expect(colourAt("viridis", 1)).toEqual([253, 231, 37]);
    expect(colourAt("viridis", NaN)).toEqual([68, 1, 84]);
  });
});
