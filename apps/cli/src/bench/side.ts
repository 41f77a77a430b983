/** One side of a comparison: an engine that settles samples, and learns from them, whenever it is asked. */
export interface SideRequest {
  readonly samples: number;
  /** T; default the circuit's. */
  readonly steps?: number;
}

export interface Measured {
  /** Of one settle, start noise and readout of the discrepancies included. */
  readonly seconds: number;
  /** Processor time of all threads meanwhile. */
  readonly coreSeconds: number;
  /** The most memory the process has held so far. */
  readonly megabytes: number;
  /** Mean total discrepancy: what tells that all sides did the same. */
  readonly discrepancy: number;
}

export interface SideInfo {
  readonly device: string;
  /** T of the circuit. */
  readonly steps: number;
  /** From a compiled circuit to an engine that holds it. */
  readonly loadSeconds: number;
}

export interface Side {
  readonly engine: string;
  readonly version: string;
  load(): Promise<SideInfo>;
  settle(request: SideRequest): Promise<Measured>;
  end(): void;
}
