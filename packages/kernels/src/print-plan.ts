/** A KernelPlan in words: for `settle explain --after plan`. */
import { printScalarExpression } from "@settle/program";
import { arraysOf } from "./arrays-of.ts";
import type { ElementWork, GroupKernel, KernelPlan, Segment, SharedKernel } from "./kernel-plan.ts";

export function printPlan(plan: KernelPlan): string {
  const { lanes, sizes } = plan;
  const lines = [
    `${lanes} samples in a lane group; each array holds its elements side by side for all of them`,
    `memory: ${kilobytes(sizes.group)} a group, ${kilobytes(sizes.temporary)} a thread, ${kilobytes(sizes.shared)} shared, ${kilobytes(sizes.partial)} of sums a group`,
  ];
  const shared = (kernel: SharedKernel): string => `  ${kernel.label}: ${sharedWork(plan, kernel)}`;
  for (const [name, { head, group, carried = [], merges, tail }] of Object.entries(plan.phases)) {
    lines.push("", `phase ${name}`);
    if (head.length > 0) lines.push(" once before the groups", ...head.map(shared));
    if (group.length > 0)
      lines.push(
        " for each group",
        ...group.map((kernel, k) => {
          const once = carried.includes(k) ? "; before the first of consecutive steps only" : "";
          return `  ${kernel.label}: ${groupWork(plan, kernel)}${touched(plan, kernel)}${once}`;
        }),
      );
    if (merges.length > 0) lines.push(` then the sums of the groups are added in order (${merges.length})`);
    if (tail.length > 0) lines.push(" once after the groups", ...tail.map(shared));
  }
  return `${lines.join("\n")}\n`;
}

const kilobytes = (numbers: number): string => `${((numbers * 4) / 1024).toFixed(1)} KiB`;

/** How much memory a kernel goes through: what should fit into a cache. Work on single numbers is left out. */
function touched(plan: KernelPlan, kernel: GroupKernel): string {
  if (kernel.kind === "map" && kernel.elements === 1) return "";
  const { reads, writes } = arraysOf(kernel);
  const arrays = [...new Set([...reads, ...writes])].map((index) => plan.arrays[index]!);
  const numbers = arrays.reduce(
    (sum, { space, elements }) => sum + elements * (space === "group" || space === "temporary" ? plan.lanes : 1),
    0,
  );
  return `; touches ${kilobytes(numbers)}`;
}

const nameOf = (plan: KernelPlan, array: number): string => {
  const { id, space, offset } = plan.arrays[array]!;
  return space === "temporary" ? `t${offset / plan.lanes}` : id;
};

function groupWork(plan: KernelPlan, kernel: GroupKernel): string {
  const name = (array: number): string => nameOf(plan, array);
  switch (kernel.kind) {
    case "contract": {
      const size = `${kernel.outputRows}×${kernel.outputColumns}×${kernel.outputChannels}`;
      return `${size} from ${name(kernel.input)} by ${name(kernel.weights)}, rows ${segments(kernel.rows)}, columns ${segments(kernel.columns)}; ${work(plan, kernel.work)}`;
    }
    case "indexed-contract": {
      const size = `${kernel.outputRows}×${kernel.outputColumns}×${kernel.outputChannels}`;
      const by = kernel.weights === undefined ? "fixed weights" : name(kernel.weights.array);
      return `${size} from ${name(kernel.input)} by ${by}, ${kernel.groups} groups; ${work(plan, kernel.work)}`;
    }
    case "max-pool": {
      const windows = `${kernel.rows.length}×${kernel.columns.length}×${kernel.channels} windows`;
      const where = `where ${name(kernel.by)} is largest`;
      return kernel.produce === "post"
        ? `${name(kernel.output)} = ${name(kernel.of)} ${where}, ${windows}`
        : `${name(kernel.output)} = 0, plus ${name(kernel.of)} ${where}, ${windows}`;
    }
    case "indexed-gradient":
      return `${kernel.rows.length * kernel.columns.length} filters of ${kernel.groups} groups from ${name(kernel.pre)} and ${name(kernel.post)}`;
    case "map":
      return `${kernel.elements} elements; ${work(plan, kernel.work)}`;
    case "softmax":
      return `${name(kernel.output)} = softmax of ${name(kernel.input)} over ${kernel.channels}`;
    case "gradient":
      return `${kernel.rows.length * kernel.columns.length} taps of ${kernel.firstChannels}×${kernel.secondChannels} from ${name(kernel.first)} and ${name(kernel.second)}`;
    case "lane-sum":
      return `${kernel.channels} sums over ${kernel.positions} positions of ${name(kernel.input)}`;
    default:
      return kernel satisfies never;
  }
}

function sharedWork(plan: KernelPlan, kernel: SharedKernel): string {
  switch (kernel.kind) {
    case "shared-map":
      return `${kernel.elements} elements; ${work(plan, kernel.work)}`;
    case "shared-reduce":
      return `${kernel.operation} of ${nameOf(plan, kernel.input)} to ${kernel.outputElements}`;
    case "shared-repeat":
      return `${nameOf(plan, kernel.input)} repeated to ${kernel.outputElements}`;
    case "triangular-inverse":
      return `inverse of lower triangular ${nameOf(plan, kernel.input)}, ${kernel.size}×${kernel.size}`;
    case "transpose":
      return `${kernel.taps} × ${kernel.rows}×${kernel.columns} transposed`;
    default:
      return kernel satisfies never;
  }
}

function work(plan: KernelPlan, { operands, lets, stores, sums }: ElementWork): string {
  const names = operands.map((operand) => (operand.kind === "contraction" ? "Σ" : nameOf(plan, operand.array)));
  const values = lets.map((expression, index) =>
    printScalarExpression(expression, [...names, ...lets.slice(0, index).map((_, k) => `v${k}`)]),
  );
  const shown = lets.length === 1 ? values : values.map((value, k) => `v${k} = ${value}`);
  const target = (k: number): string => (lets.length === 1 ? "" : `v${k} → `);
  return [
    ...shown,
    ...stores.map((store) => `${target(store.let)}store ${nameOf(plan, store.array)}`),
    ...sums.map((sum) => `${target(sum.let)}sum into ${nameOf(plan, sum.array)}`),
  ].join("; ");
}

/** `1 of 2 taps + 15 of 3`: how many positions see how many taps. */
const segments = (list: readonly Segment[]): string =>
  list.map(({ count, taps }) => `${count} with ${taps.length}`).join(" + ");
