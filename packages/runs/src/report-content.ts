/** What a report says, as data: the caller fills it, `writeReport` makes the page. Texts are plain; all is escaped. */
import type { FeatureMapSheet } from "./feature-map-sheet.ts";
import type { Picture } from "./picture.ts";

export interface ReportContent {
  /** Over the title. Default `run report`. */
  readonly kind?: string;
  readonly title: string;
  /** What came out, in one or two sentences. */
  readonly summary: string;
  /** What was run, in short: `Circuit` – `conv-ngc, 9,288 parameters`. Shown under the title. */
  readonly facts?: readonly { readonly label: string; readonly value: string }[];
  /** In order. For a run, how to repeat it is added behind them, from its manifest. */
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly heading: string;
  readonly blocks: readonly ReportBlock[];
}

export type ReportBlock =
  | TextBlock
  | TableBlock
  | PlotBlock
  | IntervalsBlock
  | DrawingBlock
  | ImagesBlock
  | FeatureMapsBlock
  | CodeBlock
  | MathBlock;

export interface TextBlock {
  readonly kind: "text";
  /** Paragraphs are parted by an empty line. */
  readonly text: string;
  /** `note` sets it apart, for what a reader must know before trusting a figure. */
  readonly tone?: "plain" | "note";
}

export interface TableBlock {
  readonly kind: "table";
  readonly caption?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

export interface TableColumn {
  readonly label: string;
  /** Default: right for columns of numbers, else left. */
  readonly align?: "left" | "right";
  /** Marks the heading with an arrow, and the best number of the column. */
  readonly better?: "lower" | "higher";
  /** Digits of its numbers behind the point. Default: four significant ones in all. */
  readonly digits?: number;
}

export interface TableRow {
  readonly cells: readonly TableCell[];
  /** Set apart and left out of the search for the best number: a figure of the paper, the noisy input. */
  readonly reference?: boolean;
  /** Marks the row: a setting that differs from the paper's. */
  readonly differs?: boolean;
}

/** `undefined` is shown as a dash: not measured, not given. */
export type TableCell = string | number | undefined;

export interface PlotBlock {
  readonly kind: "plot";
  /** File name without ending, in `images/`: letters, digits, hyphens. */
  readonly name: string;
  readonly caption: string;
  readonly x: PlotAxis;
  readonly y: PlotAxis;
  readonly series: readonly PlotSeries[];
  /** Dashed lines across, for what the series are to be compared with. */
  readonly rules?: readonly { readonly y: number; readonly label: string }[];
}

export interface PlotAxis {
  readonly label: string;
  /** On `log`, what is not above 0 is left out. Default linear. */
  readonly scale?: "linear" | "log";
}

export interface PlotSeries {
  readonly name: string;
  /** Not-finite points leave a gap. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** What lies around the line: its 95 % interval; around dots it is drawn as bars. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  /** `dots` are not connected. Default line. */
  readonly marks?: "line" | "dots";
}

/** Intervals under each other on one axis, with the values they are of. */
export interface IntervalsBlock {
  readonly kind: "intervals";
  /** File name without ending, in `images/`: letters, digits, hyphens. */
  readonly name: string;
  readonly caption: string;
  readonly x: { readonly label: string };
  readonly rows: readonly {
    readonly label: string;
    /** Absent where nothing is known. */
    readonly interval?: { readonly mean: number; readonly low: number; readonly high: number };
    readonly values: readonly number[];
    /** Whether the interval is told apart from 0. */
    readonly marked?: boolean;
  }[];
}

/** A drawing that was made elsewhere. */
export interface DrawingBlock {
  readonly kind: "drawing";
  /** File name without ending, in `images/`: letters, digits, hyphens. */
  readonly name: string;
  readonly caption: string;
  /** `<svg …>…</svg>`, inserted as it is: never of a user's text. */
  readonly svg: string;
}

/** Pictures under each other, one column per kind: original | noisy | reconstruction | denoised. */
export interface ImagesBlock {
  readonly kind: "images";
  /** The whole grid is also written as `images/<name>.png`. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label?: string; readonly pictures: readonly Picture[] }[];
}

/** One sheet of tiles per layer. */
export interface FeatureMapsBlock {
  readonly kind: "feature-maps";
  /** Each layer is also written as `images/<name>-<id>.png`. */
  readonly name: string;
  readonly caption: string;
  readonly layers: readonly { readonly id: string; readonly label: string; readonly sheet: FeatureMapSheet }[];
}

export interface CodeBlock {
  readonly kind: "code";
  readonly code: string;
  readonly caption?: string;
  /** Folded behind its caption until it is asked for. */
  readonly folded?: boolean;
}

export interface MathBlock {
  readonly kind: "math";
  /** LaTeX, one displayed formula per entry. What cannot be set is shown as written. */
  readonly latex: readonly string[];
  readonly caption?: string;
}
