/** How much of everything: a subset in minutes, or the papers' amounts in hours. */
import type { Size } from "./size.ts";
import type { Contender } from "./tables.ts";

/** What decides a part's figures, besides the data and the seed. */
export interface Recipe {
  /** Training images; 0 for all. */
  readonly samples: number;
  /** Test images; 0 for all. */
  readonly tested: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  /** Over which part of the training, at its end, the rate falls along half a cosine. */
  readonly tail: number;
  /** The rate follows the circuit's own schedule, and has no tail. */
  readonly ownSchedule?: true;
  /** Training images whose top states the prior is fitted to, before log p(x) is estimated. */
  readonly fitted?: number;
  /** For log p(x). */
  readonly draws?: number;
}

export interface RecipeChanges {
  readonly epochs?: number;
  readonly samples?: number;
  readonly tested?: number;
  readonly draws?: number;
}

/**
 * For circuits the Conv-NGC paper names no number of epochs. They take small batches where it has 500, and Conv-NGC a rate
 * of 4e-3 where it has 1e-3: three epochs then do what takes dozens otherwise. Autoencoders, which the paper trains for 200
 * epochs by Adam 2e-5 in batches of 128, are treated likewise. GNCN at full size are trained, and their priors fitted, as
 * the code released with the NGC paper is set up to do.
 *
 * @source ConvNGC section 4, appendix B; NGC methods
 */
export function recipeFor({ kind, name }: Contender, size: Size, changes: RecipeChanges = {}): Recipe {
  const own = ownRecipes.find(({ names }) => names.test(name));
  return { ...(own ?? imageRecipes[kind])[size], ...changes };
}

const imageRecipes: Readonly<Record<Contender["kind"], Readonly<Record<Size, Recipe>>>> = {
  circuit: {
    small: { samples: 2000, tested: 200, epochs: 10, batch: 20, rate: 5e-3, tail: 0.4 },
    full: { samples: 0, tested: 0, epochs: 3, batch: 32, rate: 4e-3, tail: 1 },
  },
  baseline: {
    small: { samples: 2000, tested: 200, epochs: 6, batch: 8, rate: 1e-2, tail: 1 },
    full: { samples: 0, tested: 0, epochs: 12, batch: 32, rate: 1e-2, tail: 1 },
  },
};

const ownRecipes: readonly ({ readonly names: RegExp } & Readonly<Record<Size, Recipe>>)[] = [
  { names: /^ngc$/, small: imageRecipes.circuit.small, full: { ...imageRecipes.circuit.full, rate: 1e-3 } },
  {
    names: /^gncn-/,
    small: { samples: 2000, tested: 500, epochs: 5, batch: 16, rate: 1e-3, tail: 0, fitted: 2000, draws: 5000 },
    full: { samples: 0, tested: 0, epochs: 100, batch: 512, rate: 1e-3, tail: 0, fitted: 18_000, draws: 5000 },
  },
  {
    names: /^supervised-pcn$/,
    small: { samples: 0, tested: 0, epochs: 10, batch: 64, rate: 1e-3, tail: 0, ownSchedule: true },
    full: { samples: 0, tested: 0, epochs: 6, batch: 64, rate: 1e-3, tail: 0, ownSchedule: true },
  },
];

/** Of an autoencoder in an epoch, from 1. */
export function rateOf({ epochs, rate, tail }: Recipe, epoch: number): number {
  const flat = Math.round((1 - tail) * epochs);
  if (epoch <= flat) return rate;
  return (rate * (1 + Math.cos((Math.PI * (epoch - flat)) / (epochs - flat + 1)))) / 2;
}
