export type { CheckpointEntry, CheckpointIndex, CheckpointScore } from "./checkpoint-index.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./checkpoint-file.ts";
export { type Colormap, colourAt } from "./colormap.ts";
export { contactSheet, type SheetOptions } from "./contact-sheet.ts";
export { encodePng } from "./encode-png.ts";
export { type FeatureMapOptions, type FeatureMapSheet, featureMapSheet } from "./feature-map-sheet.ts";
export { fileFault } from "./file-fault.ts";
export { formatNumber } from "./format-number.ts";
export { type MetricsRead, readMetrics } from "./metrics-file.ts";
export { enlarge, type Picture, pictureOf } from "./picture.ts";
export type {
  CodeBlock,
  DrawingBlock,
  FeatureMapsBlock,
  ImagesBlock,
  IntervalsBlock,
  MathBlock,
  PlotAxis,
  PlotBlock,
  PlotSeries,
  ReportBlock,
  ReportContent,
  ReportSection,
  TableBlock,
  TableCell,
  TableColumn,
  TableRow,
  TextBlock,
} from "./report-content.ts";
export { lockRun, type RunLock } from "./run-lock.ts";
export { type Json, readManifest, type RunManifest, type RunSession, type RunStart } from "./run-manifest.ts";
export { openRun, type OpenRunOptions, Run, type RunPaths, runPaths } from "./run.ts";
export { rasterizeSvg } from "./rasterize-svg.ts";
export { decodeNpz, encodeNpz } from "./npz.ts";
export { countNotFinite, decodeSafetensors, encodeSafetensors, type Tensor, type TensorFile } from "./safetensors.ts";
export { createRun, type CreateRunOptions, TrainingRun } from "./training-run.ts";
export { type WrittenReport, writeReport, writeReportPage } from "./write-report.ts";
export { writeWhole } from "./write-whole.ts";
