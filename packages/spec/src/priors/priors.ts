import { cauchyPrior } from "./cauchy.ts";
import { expPrior } from "./exp.ts";
import { gaussianPrior } from "./gaussian.ts";
import { laplacePrior } from "./laplace.ts";
import { nonePrior } from "./none.ts";

/** Every prior. A new one is a file beside these and a line here. */
export const priors = [nonePrior, laplacePrior, gaussianPrior, cauchyPrior, expPrior] as const;
