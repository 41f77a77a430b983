/** One part of a reproduction: one contender, trained from one seed, and scored. */
import type { Contender } from "./tables.ts";
import type { Recipe } from "./recipe.ts";

export interface PartPlan {
  readonly contender: Contender;
  readonly seed: number;
  readonly recipe: Recipe;
  /** Hashes of everything it learns from and is tested on. */
  readonly data: Readonly<Record<string, string>>;
}

/** By metric. */
export type PartScores = Readonly<Record<string, number>>;

export interface ScoredTest {
  /** `cifar10`, `svhn-to-cifar10`. */
  readonly key: string;
  readonly task: string;
  /** How the answer is read: `released` and `clamped` when a circuit denoises, else empty. */
  readonly reading: string;
  readonly images: number;
  readonly scores: PartScores;
}

export interface PartResult {
  readonly plan: PartPlan;
  readonly parameters: number;
  readonly tests: readonly ScoredTest[];
  /** Why there are no scores. */
  readonly failed?: string;
  readonly seconds: number;
  readonly engine: { readonly name: string; readonly device: string };
}

/** A name for files. */
export function partName({ contender, seed }: PartPlan): string {
  return `${contender.name}-seed${seed}`;
}
