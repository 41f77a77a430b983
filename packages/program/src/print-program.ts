/** A Program as text: for `settle explain --after lower` and the golden files. */
import type { Buffer, InitialLaw, Instruction, Phase, Program } from "./program.ts";
import { phaseNames } from "./program.ts";
import { printNumber, printScalarExpression } from "./print-scalar-expression.ts";
import type { Relation } from "./relation.ts";
import { multiplyAdds, weightShape } from "./relation.ts";
import { printType } from "./value-type.ts";

export function printProgram(program: Program): string {
  const modes = program.observed.map((node) => `${node.state} ${node.mode}`).join(", ");
  const lines = [
    `program ${program.circuit.name}  (${modes}; ${program.settle.steps} steps)`,
    "",
    "buffers",
    ...table(program.buffers.map(bufferRow)),
    "",
    "relations",
    ...program.relations.map((relation, index) => `  R${index}  ${printRelation(relation)}`),
  ];
  for (const name of phaseNames) {
    lines.push("", `phase ${name}`, ...phaseLines(program.phases[name]));
  }
  return `${lines.join("\n")}\n`;
}

/** `16×16×25 → 32×32×3, big = post: 2·small + 3 taps − 0, 2·small + 3 taps − 0; weights [3, 3, 3, 25]`. */
export function printRelation(relation: Relation): string {
  const extent = (shape: readonly number[]): string => shape.join("×");
  const axes = relation.axes.map((axis) => `${axis.big} = ${axis.stride}·small + 0…${axis.taps - 1} − ${axis.pad}`);
  const weights =
    relation.weights.kind === "tensor"
      ? `weights [${weightShape(relation).join(", ")}]`
      : relation.weights.kind === "mean"
        ? "the mean"
        : `fixed weight ${printNumber(relation.weights.value)}`;
  const groups = relation.groups === 1 ? [] : [`${relation.groups} groups`];
  const parts = [`${extent(relation.preShape)} → ${extent(relation.postShape)}`, ...axes, ...groups, weights];
  return `${parts.join(", ")} (${multiplyAdds(relation)} multiply-adds)`;
}

function bufferRow(buffer: Buffer): readonly string[] {
  const law = buffer.initial === undefined ? "" : printLaw(buffer.initial);
  const stream = buffer.stream === undefined ? "" : `stream ${buffer.stream}`;
  return [buffer.role, buffer.id, printType(buffer.type), law, stream, buffer.description];
}

/** A longer list of given numbers is told by its length. */
const mostShown = 36;

export function printLaw(law: InitialLaw): string {
  switch (law.kind) {
    case "normal":
      return `N(${printNumber(law.mean)}, ${printNumber(law.std)})`;
    case "uniform":
      return `U(${printNumber(law.low)}, ${printNumber(law.high)})`;
    case "constant":
      return printNumber(law.value);
    case "matrix":
      return `${printNumber(law.diagonal)} on the diagonal, ${printNumber(law.below)} below, ${printNumber(law.above)} above`;
    case "mask":
      return `${law.ones} ones by chance${law.seed === undefined ? "" : `, seed ${law.seed}`}`;
    case "masked":
      return `${printLaw(law.law)}, masked`;
    case "values":
      if (law.values.length > mostShown) return `${law.values.length} given numbers`;
      return `[${law.values.map(printNumber).join(", ")}]`;
    default:
      return law satisfies never;
  }
}

function phaseLines(phase: Phase): readonly string[] {
  const shown = (value: number): string => `%${value}`;
  const rows: string[][] = [];
  const define = (value: number, what: string): void => {
    const { type, label } = phase.values[value] ?? {};
    rows.push([shown(value), label ?? "", type === undefined ? "" : printType(type), `= ${what}`]);
  };
  for (const { value, buffer } of phase.reads) define(value, `read ${buffer}`);
  for (const instruction of phase.instructions) define(instruction.out, printInstruction(instruction));
  return [...table(rows), ...phase.writes.map(({ buffer, value }) => `  write ${buffer} ← ${shown(value)}`)];
}

/** `contract R0 → post (pre %3, weight %1)`. */
export function printInstruction(instruction: Instruction): string {
  switch (instruction.kind) {
    case "contract": {
      const sides = (["pre", "post", "weight"] as const).flatMap((side) =>
        instruction[side] === undefined ? [] : [`${side} %${instruction[side]}`],
      );
      return `contract R${instruction.relation} → ${instruction.produce} (${sides.join(", ")})`;
    }
    case "map":
      return printScalarExpression(
        instruction.expression,
        instruction.operands.map((operand) => `%${operand}`),
      );
    case "reduce": {
      const over = [...(instruction.batch ? ["samples"] : []), ...instruction.axes.map((axis) => `axis ${axis}`)];
      return `${instruction.operation} %${instruction.operand} over ${over.join(", ")}${instruction.keep ? ", kept" : ""}`;
    }
    case "softmax":
      return `softmax %${instruction.operand}`;
    case "max-pool": {
      const { relation, produce, by, of } = instruction;
      return `max-pool R${relation} → ${produce} (%${of}${of === by ? "" : `, where %${by} is largest`})`;
    }
    case "triangular-inverse":
      return `triangular inverse %${instruction.operand}`;
    default:
      return instruction satisfies never;
  }
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
}
