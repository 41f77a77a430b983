/** The row of each state in a picture: longest path to the bottom, cycles cut where they close. */

export interface RowEdge {
  readonly from: string;
  readonly target: string;
}

/**
 * A cycle is cut above the states that are nearest to the data, so that what predicts the data stands low.
 *
 * @param states  in an order that does not depend on the file
 * @param data    the observed ones
 * @returns 0 for the bottom row
 */
export function rowsOf(
  states: readonly string[],
  edges: readonly RowEdge[],
  data: readonly string[],
): ReadonlyMap<string, number> {
  const distances = distancesTo(data, edges);
  const distance = (state: string): number => distances.get(state) ?? 0;
  const rows = new Map<string, number>();
  const open = new Set<string>();
  const visit = (state: string): number => {
    const known = rows.get(state);
    if (known !== undefined) return known;
    open.add(state);
    const below = edges
      .filter(({ from, target }) => from === state && !open.has(target))
      .map(({ target }) => visit(target));
    open.delete(state);
    const row = Math.max(-1, ...below) + 1;
    rows.set(state, row);
    return row;
  };
  for (const state of states.toSorted((a, b) => distance(b) - distance(a))) visit(state);
  return rows;
}

/** Number of synapses from each state down to the nearest observed one. */
function distancesTo(data: readonly string[], edges: readonly RowEdge[]): ReadonlyMap<string, number> {
  const distances = new Map(data.map((state) => [state, 0]));
  // A map is walked in the order in which entries come, those that come on the way included.
  for (const [target, distance] of distances) {
    for (const edge of edges) {
      if (edge.target === target && !distances.has(edge.from)) distances.set(edge.from, distance + 1);
    }
  }
  return distances;
}
