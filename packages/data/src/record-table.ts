/** Images stored as records of equal length, one after the other, in one or several files. */
import { createHash } from "node:crypto";
import { damagedFile } from "./file-fault.ts";
import { type ByteStore, contentHash } from "./byte-store.ts";
import { type SampleTable, unitOfByte } from "./sample-table.ts";

/**
 * How the bytes of an image follow one another, slowest axis first: `planar` channel, row, column (CIFAR's files);
 * `interleaved` row, column, channel; `column-major` channel, column, row (MATLAB).
 */
export type PixelOrder = "planar" | "interleaved" | "column-major";

export interface RecordLayout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly order: PixelOrder;
  /** Bytes of a record. */
  readonly stride: number;
  /** Where the pixels begin in a record. */
  readonly pixelsAt: number;
  /** Where the label byte is in a record; absent where labels come apart or not at all. */
  readonly labelAt?: number;
}

export interface RecordFile {
  readonly bytes: ByteStore;
  /** Where the first record begins. */
  readonly offset: number;
  readonly count: number;
}

export interface RecordTableOptions {
  readonly classes?: readonly string[];
  /** One class index a record, over all files, where the records hold no label. */
  readonly labels?: Uint8Array;
}

/** Neighbouring records are read at once, up to this many bytes. */
const readAtOnce = 4 << 20;

export async function recordTable(
  layout: RecordLayout,
  files: readonly RecordFile[],
  { classes, labels }: RecordTableOptions = {},
): Promise<SampleTable> {
  const { height, width, channels, stride, pixelsAt, labelAt } = layout;
  const source = pixelSources(layout);
  const starts: number[] = [];
  let size = 0;
  for (const file of files) {
    starts.push(size);
    size += file.count;
  }
  const hash = createHash("sha256").update(JSON.stringify(layout));
  for (const file of files) hash.update(await contentHash(file.bytes));
  if (labels) hash.update(labels);

  const labelOf = (index: number, record: Uint8Array, at: number, file: RecordFile): number => {
    const label = labels ? (labels[index] as number) : labelAt === undefined ? 0 : (record[at + labelAt] as number);
    if (classes === undefined || label < classes.length) return label;
    throw damagedFile(file.bytes.path, `gives sample ${index} the label ${label}; expected 0 … ${classes.length - 1}`);
  };

  return {
    size,
    shape: [height, width, channels],
    ...(classes ? { classes } : {}),
    identity: hash.digest("hex"),
    async read(indices, images, labelsOut) {
      const runs = neighbours(indices, starts, Math.max(1, Math.floor(readAtOnce / stride)));
      await Promise.all(
        runs.map(async ({ file: which, first, count, wanted }) => {
          const file = files[which] as RecordFile;
          const start = starts[which] as number;
          const record = await file.bytes.read(file.offset + (first - start) * stride, count * stride);
          for (const place of wanted) {
            const index = indices[place] as number;
            const at = (index - first) * stride;
            const target = place * source.length;
            for (let i = 0; i < source.length; i++) {
              images[target + i] = unitOfByte[record[at + pixelsAt + (source[i] as number)] as number] as number;
            }
            if (classes) labelsOut[place] = labelOf(index, record, at, file);
          }
        }),
      );
    },
    async close() {
      await Promise.all(files.map((file) => file.bytes.close()));
    },
  };
}

/** For each number of a `[height, width, channels]` image, where its byte is in the record's pixels. */
function pixelSources({ height, width, channels, order }: RecordLayout): Int32Array {
  const sources = new Int32Array(height * width * channels);
  let i = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        switch (order) {
          case "planar":
            sources[i] = (channel * height + row) * width + column;
            break;
          case "interleaved":
            sources[i] = i;
            break;
          case "column-major":
            sources[i] = (channel * width + column) * height + row;
            break;
          default:
            order satisfies never;
        }
        i++;
      }
    }
  }
  return sources;
}

interface Run {
  readonly file: number;
  readonly first: number;
  count: number;
  /** Places in the batch that want a record of this run. */
  readonly wanted: number[];
}

/** Groups the asked-for records into stretches of one file that follow one another without a gap. */
function neighbours(indices: readonly number[], starts: readonly number[], longest: number): Run[] {
  const places = indices.map((_, place) => place).sort((a, b) => (indices[a] as number) - (indices[b] as number));
  const runs: Run[] = [];
  let run: Run | undefined;
  for (const place of places) {
    const index = indices[place] as number;
    const file = starts.findLastIndex((start) => start <= index);
    if (run?.file === file && index < run.first + run.count) {
      run.wanted.push(place);
    } else if (run?.file === file && index === run.first + run.count && run.count < longest) {
      run.count++;
      run.wanted.push(place);
    } else {
      run = { file, first: index, count: 1, wanted: [place] };
      runs.push(run);
    }
  }
  return runs;
}
