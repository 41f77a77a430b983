import { DocumentError } from "@settle/spec";

/** A circuit that cannot be used, with all its faults; `diagnostic` is the first. */
export class CircuitError extends DocumentError {}
