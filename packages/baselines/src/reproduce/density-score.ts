/** log p(x) of test images under a trained circuit, as a score of a table. */
import {
  type CircuitInput,
  estimateDensity,
  fitLatentPrior,
  type SampleSource,
  type Session,
  type SessionSettings,
} from "@settle/settle";
import type { ScoredTest } from "./part.ts";
import type { Recipe } from "./recipe.ts";

/**
 * Fits a mixture to where the top states of training images settle, and estimates log p(x) of binary test images from
 * draws of it. `logDensity` is in nats, `standardError` its own, of draws and images together; `asReleased` is what the
 * script released with the NGC paper prints of it.
 *
 * @source NGC methods
 */
export async function densityScore(
  session: Session,
  circuit: CircuitInput,
  options: {
    readonly training: SampleSource;
    readonly source: SampleSource;
    readonly recipe: Recipe;
    readonly settings: SessionSettings;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Pick<ScoredTest, "images" | "scores">> {
  const { training, source, recipe, settings, signal } = options;
  const { fitted, draws, tested } = recipe;
  const prior = await fitLatentPrior(circuit, session, {
    source: training,
    settings,
    ...(fitted !== undefined && { limit: fitted }),
    ...(signal && { signal }),
  });
  try {
    const { images, logDensity, drawError, imageError, effectiveDraws, asReleased } = await estimateDensity(
      prior,
      session,
      {
        source,
        likelihood: { kind: "bernoulli" },
        ...(draws !== undefined && { draws }),
        ...(tested > 0 && { limit: tested }),
        ...(signal && { signal }),
      },
    );
    return {
      images,
      scores: {
        logDensity,
        standardError: Math.hypot(drawError, imageError),
        effectiveDraws,
        ...(asReleased !== undefined && { asReleased }),
      },
    };
  } finally {
    await prior.dispose();
  }
}
