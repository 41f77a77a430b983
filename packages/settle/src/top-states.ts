import type { Program } from "@settle/program";

/** Ids of the latent states that nothing predicts: where a projection starts. */
export function topStates({ states, errors, observed }: Program): readonly string[] {
  const below = new Set([...errors.map(({ target }) => target), ...observed.map(({ state }) => state)]);
  return states.map(({ id }) => id).filter((id) => !below.has(id));
}
