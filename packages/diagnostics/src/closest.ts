import { distance } from "fastest-levenshtein";

/**
 * The candidate a misspelt name most likely meant, or `undefined` when none is near.
 *
 * Near is at most two edits, or two fifths of a longer name; a name may not be replaced altogether. Upper and lower case
 * are the same. Of equally near candidates the first wins.
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  return nearest(name, candidates)[0];
}

/** As `closest`, but `undefined` as well where several candidates are equally near: nobody can tell which was meant. */
export function onlyClosest(name: string, candidates: Iterable<string>): string | undefined {
  const [first, ...others] = nearest(name, candidates);
  return others.length === 0 ? first : undefined;
}

/** The near candidates with the fewest edits, each once. */
function nearest(name: string, candidates: Iterable<string>): readonly string[] {
  const written = name.toLowerCase();
  let best: readonly string[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of new Set(candidates)) {
    const edits = distance(written, candidate.toLowerCase());
    if (edits > fewest || !isNear(edits, name, candidate)) continue;
    best = edits === fewest ? [...best, candidate] : [candidate];
    fewest = edits;
  }
  return best;
}

function isNear(edits: number, name: string, candidate: string): boolean {
  const longer = Math.max(name.length, candidate.length);
  return edits <= Math.max(2, Math.floor(longer * 0.4)) && edits < Math.min(name.length, candidate.length);
}
