import { DocumentError } from "@settle/spec";

/** An experiment that cannot be made, with all its faults; `diagnostic` is the first. */
export class ExperimentError extends DocumentError {}
