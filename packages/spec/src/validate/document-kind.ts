/** What diagnostics call a document and its parts: circuits are one kind of file that is read and checked like this. */
export interface DocumentKind {
  /** `circuit`. */
  readonly noun: string;
  /** `a circuit`. */
  readonly article: string;
  /** What the entries of a section are called, as the beginning of a sentence: `states` → `State`. */
  readonly sections: Readonly<Record<string, string>>;
  /** The version of its language that this Settle reads. */
  readonly version: number;
  /** How one begins, for somebody who gave something else. */
  readonly beginning: string;
}

export const circuitDocument: DocumentKind = {
  noun: "circuit",
  article: "a circuit",
  sections: { states: "State", errors: "Error node", synapses: "Synapse", laterals: "Lateral synapse" },
  version: 1,
  beginning: '{ "version": 1, "name": …, "states": … }; "settle new" writes one',
};
