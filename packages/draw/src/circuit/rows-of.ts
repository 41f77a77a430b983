/** The row of each state in a picture: longest path to the bottom, cycles cut where they close. */

export interface RowEdge {
  readonly from: string;
  readonly target: string;
}

/**
 * @param states  sources before their targets as far as there is such an order (`CircuitGraph.startOrder`)
 * @returns 0 for the bottom row
 */
export function rowsOf(states: readonly string[], edges: readonly RowEdge[]): ReadonlyMap<string, number> {
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
  for (const state of states) visit(state);
  return rows;
}
