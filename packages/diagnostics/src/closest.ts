import { distance } from "fastest-levenshtein";

/**
 * The candidate a misspelt name most likely meant, or `undefined` when none is near.
 *
 * Near is at most two edits, or two fifths of a longer name; a name may not be replaced altogether. Upper and lower case
 * are the same. Of equally near candidates the first wins.
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const written = name.toLowerCase();
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = distance(written, candidate.toLowerCase());
    if (edits < fewest && isNear(edits, name, candidate)) {
      best = candidate;
      fewest = edits;
    }
  }
  return best;
}

function isNear(edits: number, name: string, candidate: string): boolean {
  const longer = Math.max(name.length, candidate.length);
  return edits <= Math.max(2, Math.floor(longer * 0.4)) && edits < Math.min(name.length, candidate.length);
}
