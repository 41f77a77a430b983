/** Decodes one PNG or JPEG file. */
import { readFile } from "node:fs/promises";
import { convertIndexedToRgb, decode as decodePng, type DecodedPng } from "fast-png";
import jpeg from "jpeg-js";
import { bytes, damagedFile, readingFault } from "./file-fault.ts";

export interface Picture {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for colour. */
  readonly channels: 1 | 3;
  /** `[height, width, channels]`. */
  readonly pixels: Uint8Array | Uint16Array;
  /** The value of white. */
  readonly white: number;
}

export function isImageName(name: string): boolean {
  return /\.(png|jpe?g)$/i.test(name);
}

/**
 * Reads a picture as grey or RGB; transparency is dropped, palettes are looked up.
 *
 * @throws {SettleError} `data/damaged-file` when it is neither PNG nor JPEG or cannot be decoded; `data/missing-file`,
 *   `data/unreadable`
 */
export async function readPicture(path: string): Promise<Picture> {
  const content = await readFile(path).catch((error: unknown) => {
    throw readingFault(error, path);
  });
  try {
    if (content.length === 0) throw new Error("it is empty");
    if (content[0] === 0x89 && content[1] === 0x50) return fromPng(decodePng(content, { checkCrc: true }));
    if (content[0] === 0xff && content[1] === 0xd8) return fromJpeg(content);
    throw new Error("it begins like neither");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw damagedFile(path, `cannot be decoded as PNG or JPEG: ${why} (${bytes(content.length)})`, undefined, error);
  }
}

function fromPng(png: DecodedPng): Picture {
  const { height, width, depth } = png;
  if (png.palette) return keepChannels(height, width, png.palette[0]?.length ?? 3, convertIndexedToRgb(png), 255);
  const white = 2 ** depth - 1;
  return keepChannels(height, width, png.channels, depth < 8 ? unpackBits(png) : asUnsigned(png.data), white);
}

function fromJpeg(content: Uint8Array): Picture {
  const { height, width, data } = jpeg.decode(content, { useTArray: true, formatAsRGBA: false });
  return { height, width, channels: 3, pixels: data, white: 255 };
}

/** Drops an alpha channel, the last of two or four. */
function keepChannels(
  height: number,
  width: number,
  channels: number,
  data: Uint8Array | Uint16Array,
  white: number,
): Picture {
  const kept = channels < 3 ? 1 : 3;
  if (kept === channels) return { height, width, channels: kept, pixels: data, white };
  const pixels = new Uint16Array(height * width * kept);
  for (let i = 0; i < pixels.length; i++) pixels[i] = data[Math.floor(i / kept) * channels + (i % kept)] as number;
  return { height, width, channels: kept, pixels, white };
}

/** Grey of 1, 2 or 4 bits: rows are packed, each begins with a new byte. */
function unpackBits({ height, width, depth, data }: DecodedPng): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const pixels = new Uint8Array(height * width);
  for (let i = 0; i < pixels.length; i++) {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)] as number;
    pixels[i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
  return pixels;
}

function asUnsigned(data: DecodedPng["data"]): Uint8Array | Uint16Array {
  return data instanceof Uint8ClampedArray ? new Uint8Array(data.buffer, data.byteOffset, data.length) : data;
}
