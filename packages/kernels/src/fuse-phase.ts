/** Which instructions of a phase are done inside the kernels of others. */
import { type Instruction, operandsOf, type Phase, sameType, type ValueType } from "@settle/program";

export type Contract = Extract<Instruction, { kind: "contract" }>;
export type MapInstruction = Extract<Instruction, { kind: "map" }>;
export type Reduce = Extract<Instruction, { kind: "reduce" }>;

export interface Fusion {
  /** By map: the contraction it takes in. */
  readonly hostOf: ReadonlyMap<number, Contract>;
  /** By value: sums over its elements (of it, or of a map of it alone) that its kernel makes on the way. */
  readonly sumsOf: ReadonlyMap<
    number,
    readonly { readonly map: MapInstruction | undefined; readonly reduce: Reduce }[]
  >;
  /** Values whose instruction is part of another kernel. */
  readonly absorbed: ReadonlySet<number>;
  /** Values only sums need. */
  readonly unstored: ReadonlySet<number>;
}

/** A contraction goes into the map that alone uses it; a sum of squares into the kernel that makes what is squared. */
export function fusePhase(phase: Phase): Fusion {
  const users = new Map<number, Instruction[]>();
  for (const instruction of phase.instructions) {
    for (const value of new Set(operandsOf(instruction))) users.set(value, [...(users.get(value) ?? []), instruction]);
  }
  const writtenValues = new Set<number>(phase.writes.map(({ value }) => value));
  const typeOf = (value: number): ValueType => phase.values[value]!.type;
  const onlyUser = (value: number): Instruction | undefined => {
    const [user, ...more] = users.get(value) ?? [];
    return more.length > 0 || writtenValues.has(value) ? undefined : user;
  };
  const producer = new Map(phase.instructions.map((instruction) => [instruction.out as number, instruction]));
  const hostOf = new Map<number, Contract>();
  const absorbed = new Set<number>();
  const sumsOf = new Map<number, { map: MapInstruction | undefined; reduce: Reduce }[]>();
  for (const instruction of phase.instructions) {
    if (instruction.kind !== "contract" || instruction.produce === "weight") continue;
    const user = onlyUser(instruction.out);
    if (user?.kind !== "map" || !sameType(typeOf(user.out), typeOf(instruction.out)) || hostOf.has(user.out)) continue;
    hostOf.set(user.out, instruction);
    absorbed.add(instruction.out);
  }
  for (const reduce of phase.instructions) {
    if (reduce.kind !== "reduce" || reduce.batch || reduce.operation !== "sum") continue;
    const operandType = typeOf(reduce.operand);
    if (!operandType.batch || reduce.axes.length !== operandType.shape.length || operandType.shape.length === 0)
      continue;
    const source = producer.get(reduce.operand);
    const square =
      source?.kind === "map" && !hostOf.has(source.out) && source.operands.length === 1 ? source : undefined;
    const of = square?.operands[0] ?? reduce.operand;
    const maker = producer.get(of);
    if (maker?.kind !== "map" || !sameType(typeOf(of), operandType) || maker.out === square?.out) continue;
    if (square !== undefined && onlyUser(square.out) !== reduce) continue;
    sumsOf.set(of, [...(sumsOf.get(of) ?? []), { map: square, reduce }]);
    absorbed.add(reduce.out);
    if (square !== undefined) absorbed.add(square.out);
  }
  // A value that only its fused sums read needs no storage.
  const unstored = new Set<number>();
  for (const [value, sums] of sumsOf) {
    const fused = new Set<number>(
      sums.flatMap(({ map, reduce }) => [reduce.out, ...(map === undefined ? [] : [map.out])]),
    );
    if (!writtenValues.has(value) && (users.get(value) ?? []).every((user) => fused.has(user.out))) unstored.add(value);
  }
  return { hostOf, sumsOf, absorbed, unstored };
}
