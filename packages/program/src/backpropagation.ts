/** Programs that carry the gradient of a loss back through a settle: what trains a circuit by backpropagation. */
import type { BufferId, Mode, Program } from "./program.ts";

/** A phase run backwards. Noise that the phase reads is an input. */
export interface ReversedPhase {
  /**
   * `step` takes the gradients by the states from after the phase to before it; `accumulate`, to be run before, adds what
   * goes to the parameters to the sums. Of the loss the Program has `readout` as well, to be run first.
   */
  readonly program: Program;
  /** State buffers that must hold what they held before the phase. */
  readonly given: readonly BufferId[];
}

export interface Backpropagation {
  /** What observed nodes do while the states settle; those left out are clamped. */
  readonly modes: Readonly<Record<string, Mode>>;
  /** Error nodes whose discrepancies are the loss. */
  readonly loss: readonly string[];
  /** Gradient of the loss by each buffer that moves in a settle. */
  readonly adjoints: readonly { readonly of: BufferId; readonly buffer: BufferId }[];
  /** Accumulators, which the circuit's own Programs have as well: −∂loss/∂parameter, summed over samples. */
  readonly sums: readonly BufferId[];
  readonly atLoss: ReversedPhase;
  readonly ofStep: ReversedPhase;
  readonly ofStart: ReversedPhase;
}
