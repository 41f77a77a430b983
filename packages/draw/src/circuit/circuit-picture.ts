/**
 * What the picture of a circuit shows, before it has places: one unit for each state with its error node, one link for
 * each synapse. Drawn the same for one circuit and for the difference of two.
 */

/** How a part of one circuit stands to another; absent where only one is drawn. */
export type Mark = "added" | "removed" | "changed" | "same";

/** A state, with the error node that measures it beside it. */
export interface PictureUnit {
  readonly id: string;
  /** A map is drawn as a stack, a dense state as a circle. */
  readonly map: boolean;
  /** Beside the state: size, activation, what feeds it. */
  readonly notes: readonly string[];
  readonly observed: boolean;
  readonly error?: {
    readonly id: string;
    /** Beside the error node: output, bias, precision. */
    readonly notes: readonly string[];
    readonly mark?: Mark;
  };
  /** 0 is the bottom row. */
  readonly row: number;
  /** `level 2`; absent on or above a cycle. */
  readonly level?: number;
  readonly mark?: Mark;
}

/**
 * - `generative`: from a state to an error node. - `feedback`: from an error node to a state.
 * - `lateral`: from a state to a state.
 */
export interface PictureLink {
  readonly id: string;
  readonly kind: "generative" | "feedback" | "lateral";
  /** Units at its ends, as the signal runs. */
  readonly from: string;
  readonly to: string;
  /** The id of the synapse first, then what it is. */
  readonly label: readonly string[];
  /** Stages of a block, from its state to its error node; then the link is drawn through a box. */
  readonly stages?: readonly string[];
  /** Of a block: a way around the stages. */
  readonly skip?: boolean;
  /** Its effect is subtracted: it ends in a bar instead of an arrow. */
  readonly inhibits: boolean;
  readonly mark?: Mark;
}

export interface CircuitPicture {
  readonly title: string;
  readonly subtitle: string;
  readonly units: readonly PictureUnit[];
  readonly links: readonly PictureLink[];
}
