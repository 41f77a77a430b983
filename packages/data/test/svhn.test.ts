import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { openDataset } from "../src/index.ts";
import { readMat } from "../src/mat-file.ts";
import { diagnosticOf } from "./diagnostic-of.ts";
import { cifarImage, cifarRecords, classesOf, upTo } from "./official-files.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/**
 * Written by scipy 1.17.1, `scipy.io.savemat(f, {"X": X, "y": y}, do_compression=True)`, with X 32 × 32 × 3 × 3 of uint8,
 * X[r, c, k, n] = (4 r + 3 c + 40 k + 17 n) mod 251, and y = [[10], [3], [9]].
 */
const mat = Buffer.from(
  "TUFUTEFCIDUuMCBNQVQtZmlsZSBQbGF0Zm9ybTogcG9zaXgsIENyZWF0ZWQgb246IE1vbiBOb3YgMjMgMDE6NTY6MDIgMjAyNgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABSU0PAAAAowMAAHic7ZhZMJZhGIb/7LIrkSJFRGRJEhFt2vd93/d93/c9ooVUIiJSKS1KqxIREaUUUdpEihRx1Nvk+L6PzGjm+/555zv5v7lOrpn3eh5NmUzmbCaTKYm3ijiqsn+Pojja4pjUHfm600j8xoi33N8/ie9kCirq2k0NWpqYtbO2c3Tu6tGzz4AhI8ZMmDJjzoIlK9ZskFdW02qi36KVqUV7246dXbv18Oo/ePjo8ZOnz56/ePnq9ZuVGmvqNjM0bmNu1cHBycW9e+9+g4aNGjdp2qx5i5atWrdpm6qGjl5zo9ZtLW3sO3Vx8+zVd+DQkWMnTp05d+HSlWs3bt0J4Vt27IHw7bv3Q/iufQcgfK/PQQj39jsC4b6Hj0L4oYDjEO5/7CSEBwadgvATIachPDjsDISHRpyF8PCo8xAeee4ihEfHXIbwC7HXIPzS1RsQfuX6LQiPu3kXwuPv3Ifw2wkPIfxe4iMIf5D8GMKTUp9AeEr6UwhPy3wG4RnZLyA8K+cV0S+c6BdJ9Ism+l0g+l0i+l0h+sUR/eKJfreJfveIfg+IfklEvxSiXxrRL4Pol0X0e070e0n0e030ewPhuflvITyv8D2EFxR9gvB3H79A+IfirxD+ufQ7hJd8+wHhZRW/ILz8528Ir6yWQXhVrTyE18gpEf3SiX6ZRL9sol8O0S+X6JdH9Csg+r0j+n0g+n0m+pUQ/cqIfuVEv0qiXxXRr4bo14jop0D0Uyb6NYZwRVUNCBfpCuEiXSFcpCuEi3SFcJGuEC7SFcJFukK4SFcIF+kK4SJdIVykK67zvT64zr39cJ37HsZ1figA17n/MVzngUG4zk+E4DoPDsN1HhpB8iiK5NE5kkcxJI9iSR5dJXl0neTRTZJHd0geJZA8SiR5lEzyKFW6n+r3fpLms4Y9nxH98ol+hUS/IqLfR6JfMdGvlOj3jeRRBcmjnySPqkke1ZI8kiN5pEjySIXkkRrJI02SRzokj5qSPNKX5rOGPZ8R/VSJfupEPy2iny7RT4/oZ0D0a4Hr3NAY17lRa1znJma4zk0tcJ2bW+E6t7TBdW5th+vctiOucwcnCBfpCuEiXSFcpCtZXweT9XWotD+U9ofS/vD/vZ+k+axhz2fS/lDaH9bn/lCazxr2fEb0MyT6GRH9TIh+pkQ/c6KfJdHPmqyvbcn62gHXuX0nXOeOzrjOO7viOndxx3Xu5onr3KMnrvMeXhAu0hXCRbpCuEjXP7b2mToPAAAAKgAAAHic42NgYDAAYjYg5gBiTgYIYIXymYGYEYwZGSqBNBNQhIuZkwEAGPsA/Q==",
  "base64",
);

/** A matrix element as MATLAB writes it without compression. */
function matrix(name: string, axes: readonly number[], kind: number, content: Uint8Array): Buffer {
  const part = (type: number, bytes: Uint8Array): Buffer => {
    const padded = Buffer.alloc(8 + Math.ceil(bytes.length / 8) * 8);
    padded.writeUInt32LE(type, 0);
    padded.writeUInt32LE(bytes.length, 4);
    padded.set(bytes, 8);
    return padded;
  };
  const parts = Buffer.concat([
    part(6, new Uint8Array(8)),
    part(5, new Uint8Array(Int32Array.from(axes).buffer)),
    part(1, Buffer.from(name)),
    part(kind, content),
  ]);
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(14, 0);
  tag.writeUInt32LE(parts.length, 4);
  return Buffer.concat([tag, parts]);
}

const header = mat.subarray(0, 128);

function folderWith(name: string, content: Uint8Array): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), content);
  return folder;
}

describe("SVHN's MATLAB files", () => {
  it("become images with the channels innermost; the label 10 is the digit 0", async () => {
    const data = await openDataset(`svhn:${folderWith("test_32x32.mat", mat)}`, { split: "all" });
    expect(data.size).toBe(3);
    const { image, label } = await data.read([2, 0, 1]);
    expect(classesOf(label as Float32Array)).toEqual([9, 0, 3]);
    [2, 0, 1].forEach((n, place) => {
      for (let i = 0; i < 3072; i++) {
        const [row, column, channel] = [Math.floor(i / 96), Math.floor(i / 3) % 32, i % 3];
        const value = (4 * row + 3 * column + 40 * channel + 17 * n) % 251;
        expect(Math.round((image?.[place * 3072 + i] as number) * 255)).toBe(value);
      }
    });
  });

  it("may be uncompressed, hold other matrices, and keep labels as doubles", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "train_32x32.mat");
    const labels = new Uint8Array(Float64Array.of(10, 7).buffer);
    writeFileSync(
      path,
      Buffer.concat([
        header,
        matrix("meta", [1, 3], 2, Uint8Array.of(1, 2, 3)),
        matrix("X", [32, 32, 3, 2], 2, new Uint8Array(6144).fill(51)),
        matrix("y", [2, 1], 9, labels),
      ]),
    );
    const data = await openDataset(`svhn:${folder}`);
    const { image, label } = await data.read([0, 1]);
    expect(classesOf(label as Float32Array)).toEqual([0, 7]);
    expect(new Set(image)).toEqual(new Set([Math.fround(0.2)]));
  });

  it("hold whatever small number type MATLAB chose", async () => {
    const kinds = [
      [1, Int8Array.of(1, 9)],
      [3, Int16Array.of(1, 9)],
      [4, Uint16Array.of(1, 9)],
      [5, Int32Array.of(1, 9)],
      [6, Uint32Array.of(1, 9)],
      [7, Float32Array.of(1, 9)],
    ] as const;
    for (const [kind, values] of kinds) {
      const bytes = new Uint8Array(values.buffer);
      const folder = folderWith("a.mat", Buffer.concat([header, matrix("y", [2, 1], kind, bytes)]));
      const found = await readMat(join(folder, "a.mat"), ["y"], "");
      expect([...((await found.get("y")?.elements.read(0, 2)) ?? [])]).toEqual([1, 9]);
    }
  });

  it("too large for memory are kept in a temporary file that goes away", async () => {
    const folder = folderWith("a.mat", mat);
    const inFile = (await readMat(join(folder, "a.mat"), ["X"], "", 1000)).get("X")?.elements;
    const inMemory = (await readMat(join(folder, "a.mat"), ["X"], "")).get("X")?.elements;
    expect(inFile?.path).not.toBe(inMemory?.path);
    expect(await inFile?.read(3000, 6000)).toEqual(await inMemory?.read(3000, 6000));
    await inFile?.close();
    expect(existsSync(dirname(inFile?.path ?? ""))).toBe(false);
  });

  it("cut short are named with both sizes, wherever the cut is", async () => {
    for (const length of [100, 300, mat.length - 1]) {
      const folder = folderWith("test_32x32.mat", mat.subarray(0, length));
      const fault = await diagnosticOf(openDataset(`svhn:${folder}`, { split: "test" }));
      expect(fault).toMatchObject({ code: "data/wrong-size", file: join(folder, "test_32x32.mat") });
      expect(fault.help).toContain("ufldl.stanford.edu");
    }
  });

  it("with damaged compressed data are damaged", async () => {
    const damaged = Buffer.from(mat);
    damaged.fill(0xff, 200, 260);
    const fault = await diagnosticOf(openDataset(`svhn:${folderWith("test_32x32.mat", damaged)}`, { split: "test" }));
    expect(fault.code).toBe("data/damaged-file");
  });

  it("of another version, another kind or another layout say what they are", async () => {
    const messageOf = async (content: Uint8Array): Promise<string> =>
      (await diagnosticOf(openDataset(`svhn:${folderWith("test_32x32.mat", content)}`, { split: "test" }))).message;
    const newer = Buffer.from(mat);
    newer.write("MATLAB 7.3 MAT-file", 0);
    expect(await messageOf(newer)).toContain("MATLAB 7.3");
    expect(await messageOf(Buffer.alloc(500))).toContain("not a little-endian MATLAB version 5 file");
    const y = matrix("y", [1, 1], 2, Uint8Array.of(1));
    expect(await messageOf(Buffer.concat([header, y]))).toContain('no numeric matrix "X"');
    const small = matrix("X", [28, 28, 1, 1], 2, new Uint8Array(784));
    expect(await messageOf(Buffer.concat([header, small, y]))).toContain("X as [28, 28, 1, 1]");
  });
});

describe("SVHN as records", () => {
  it("is read when the file's name says which part it is, and cut by position when it is only test images", async () => {
    const folder = folderWith("svhn_test_00000-00019.bin", cifarRecords(0, 20));
    const parts = await Promise.all(
      (["train", "validation", "test"] as const).map((split) => openDataset(`svhn:${folder}`, { split })),
    );
    expect(parts.map(({ size }) => size)).toEqual([16, 2, 2]);
    expect((await parts[2]?.read([1]))?.image).toEqual(cifarImage(19));
    expect(parts[0]?.notes.map(({ severity }) => severity)).toEqual(["info", "warning"]);
  });

  it("takes the official file first", async () => {
    const folder = folderWith("test_32x32.mat", mat);
    writeFileSync(join(folder, "other_test.bin"), cifarRecords(0, 5));
    writeFileSync(join(folder, "my-train.bin"), cifarRecords(0, 10));
    const test = await openDataset(`svhn:${folder}`, { split: "test" });
    expect([test.size, (await openDataset(`svhn:${folder}`)).size]).toEqual([3, 9]);
    expect(classesOf((await test.read(upTo(3))).label as Float32Array)).toEqual([0, 3, 9]);
  });

  it("is missing in a folder with other files", async () => {
    const folder = folderWith("readme.txt", Buffer.from("x"));
    expect(await diagnosticOf(openDataset(`svhn:${folder}`))).toMatchObject({
      code: "data/missing-file",
      file: join(folder, "train_32x32.mat"),
    });
  });
});
