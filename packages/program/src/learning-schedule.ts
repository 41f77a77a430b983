/** How the learning rate changes while a training goes on. */

/** A stretch of a training: a part of it where below 1, else a number of updates. */
export type TrainingSpan = number;

export type LearningSchedule =
  /** Full size after the warm-up, during which the rate rises linearly. */
  | { readonly kind: "constant"; readonly warmup: TrainingSpan }
  /** Falls, from `from` to the end of the training, to the part `final` of its size. */
  | {
      readonly kind: "linear" | "cosine";
      readonly warmup: TrainingSpan;
      readonly from: TrainingSpan;
      readonly final: number;
    }
  /** Multiplied by `factor` after each stretch of `every`. */
  | { readonly kind: "step"; readonly warmup: TrainingSpan; readonly every: TrainingSpan; readonly factor: number };

/**
 * What the learning rate is multiplied by in one update.
 *
 * @param update   updates made before it, ≥ 0
 * @param updates  of the whole training
 */
export function scheduledFactor(schedule: LearningSchedule, update: number, updates: number): number {
  const length = (span: TrainingSpan): number => (span < 1 ? span * updates : span);
  const warmup = length(schedule.warmup);
  if (update < warmup) return (update + 1) / (Math.floor(warmup) + 1);
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "linear":
    case "cosine": {
      const from = length(schedule.from);
      const passed = Math.min(1, Math.max(0, (update - from) / Math.max(1, updates - from)));
      const left = schedule.kind === "linear" ? 1 - passed : (1 + Math.cos(Math.PI * passed)) / 2;
      return schedule.final + (1 - schedule.final) * left;
    }
    case "step":
      return schedule.factor ** Math.floor((update - warmup) / Math.max(1, length(schedule.every)));
    default:
      return schedule satisfies never;
  }
}
