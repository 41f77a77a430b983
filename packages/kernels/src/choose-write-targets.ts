/** Which values of a phase can be made in the buffers they are written to. */
import { type BufferId, operandsOf, type Phase, sameType, type ValueType } from "@settle/program";
import type { Fusion } from "./fuse-phase.ts";

/**
 * Values that can be made right in the buffer they are written to: nothing reads the buffer's old content later, or in
 * the same kernel at another element.
 */
export function chooseWriteTargets(
  phase: Phase,
  fusion: Fusion,
  typeOf: (value: number) => ValueType,
): ReadonlyMap<number, BufferId> {
  const oldValue = new Map(phase.reads.map(({ value, buffer }) => [buffer, value as number]));
  const madeHere = new Set<number>(phase.instructions.map(({ out }) => out));
  const order = new Map<number, number>(phase.instructions.map(({ out }, index) => [out, index]));
  /** The instruction at whose place a value is made: its host's, if it is absorbed into one. */
  const kernelOf = (out: number): number => {
    for (const [host, contract] of fusion.hostOf) if (contract.out === out) return host;
    for (const [host, sums] of fusion.sumsOf) {
      if (sums.some(({ map, reduce }) => reduce.out === out || map?.out === out)) return host;
    }
    return out;
  };
  const written = new Map<number, BufferId>();
  const taken = new Set<number>();
  for (const { buffer, value } of phase.writes) {
    if (!madeHere.has(value) || taken.has(value)) continue;
    const instruction = phase.instructions[order.get(value) ?? -1];
    const sumsSamples =
      instruction !== undefined &&
      (("produce" in instruction && instruction.produce === "weight") || ("batch" in instruction && instruction.batch));
    if (sumsSamples) continue;
    const old = oldValue.get(buffer);
    const place = order.get(kernelOf(value)) ?? 0;
    const safe =
      old === undefined ||
      (!phase.writes.some((write) => write.value === old) &&
        phase.instructions.every((user) => {
          if (!operandsOf(user).includes(old)) return true;
          const userPlace = order.get(kernelOf(user.out)) ?? 0;
          if (userPlace !== place) return userPlace < place;
          return user.kind === "map" && sameType(typeOf(old), typeOf(user.out));
        }));
    if (!safe) continue;
    written.set(value, buffer);
    taken.add(value);
  }
  return written;
}
