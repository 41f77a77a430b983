import type { Mode, Program } from "@settle/program";

/** What observed nodes do during a settle, by state id; those left out are clamped. */
export type Modes = Readonly<Record<string, Mode>>;

/** Every observed node free: an ordinary latent. */
export function freeModes(program: Program): Modes {
  return Object.fromEntries(program.observed.map(({ state }) => [state, "free" as const]));
}

/** Equal for programs compiled for the same modes, however those were written. */
export function programKey(program: Program): string {
  const observed = program.observed.map(({ state, mode }) => [state, mode] as const);
  return JSON.stringify(observed.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
