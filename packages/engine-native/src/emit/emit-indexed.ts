/** Contractions and filter gradients that go by tables of the index map: groups, filters of their own, fixed weights. */
import type { AxisMeetings, IndexedContractKernel, IndexedGradientKernel, TapMeetings } from "@settle/kernels";
import {
  addressOf,
  comment,
  type EmitContext,
  floatLiteral,
  indent,
  memoryArguments,
  memoryParameters,
  times,
  vectorsOf,
} from "./c-text.ts";
import { emitFinish } from "./emit-finish.ts";

/** `static const` tables `name_list` and `name_starts`: what index i of an axis meets stands from starts[i] on. */
export function meetingTables(name: string, axis: AxisMeetings): readonly string[] {
  const entries = axis.flat().map(({ input, filter, factor }) => `{${input}, ${filter}, ${floatLiteral(factor)}}`);
  const starts = axis.reduce<number[]>((list, { length }) => [...list, list.at(-1)! + length], [0]);
  return [
    `static const struct { int input, filter; float factor; } ${name}_list[] = {${entries.join(", ") || "{0}"}};`,
    `static const int ${name}_starts[] = {${starts.join(", ")}};`,
  ];
}

/** A loop over what index `at` of an axis meets, as `variable`. */
export const eachMeeting = (variable: string, name: string, at: string): string =>
  `for (long ${variable} = ${name}_starts[${at}]; ${variable} < ${name}_starts[${at} + 1]; ${variable}++)`;

export function emitIndexedContract(
  context: EmitContext,
  name: string,
  kernel: IndexedContractKernel,
  inStep: boolean,
): readonly string[] {
  const { input, weights, rows, columns, groups, inputChannels, outputChannels, work } = kernel;
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const position = `(${name}_rows_list[i].input + ${name}_columns_list[j].input)`;
  const filter = `(${name}_rows_list[i].filter + ${name}_columns_list[j].filter)`;
  const weight =
    weights === undefined
      ? [`const float w = ${name}_rows_list[i].factor * ${name}_columns_list[j].factor;`]
      : [
          `const float *w = ${addressOf(context, weights.array)} + ${filter} * ${weights.strides.size} + ${times("k", weights.strides.group)} + ${times("o", weights.strides.output)};`,
        ];
  const term = weights === undefined ? "w" : `w[${times("c", weights.strides.input)}]`;
  const sums = work.sums.map((_, k) => `, &sum${k}[u]`).join("");
  const element = [
    "vec sum = {0};",
    eachMeeting("i", `${name}_rows`, "y"),
    `  ${eachMeeting("j", `${name}_columns`, "z")} {`,
    ...indent(
      [
        `const vec *x_ = x + (${position} * ${inputChannels} + ${times("k", inputs)}) * VECTORS + u;`,
        ...weight,
        `for (long c = 0; c < ${inputs}; c++) sum += x_[c * VECTORS] * ${term};`,
      ],
      "    ",
    ),
    "  }",
    `${name}_finish(${memoryArguments}, y * ${columns.length} + z, ${times("k", outputs)} + o, u, sum${sums});`,
  ];
  return [
    comment(`${kernel.label}: ${rows.length} x ${columns.length} positions, ${groups} groups`),
    ...emitFinish(context, name, kernel, inStep),
    ...meetingTables(`${name}_rows`, rows),
    ...meetingTables(`${name}_columns`, columns),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      `const vec *x = ${vectorsOf(context, input)};`,
      ...work.sums.map((_, k) => `vec sum${k}[VECTORS] = {{0}};`),
      `for (long y = 0; y < ${rows.length}; y++)`,
      `  for (long z = 0; z < ${columns.length}; z++)`,
      `    for (long k = 0; k < ${groups}; k++)`,
      `      for (long o = 0; o < ${outputs}; o++)`,
      "        for (long u = 0; u < VECTORS; u++) {",
      ...indent(element, "          "),
      "        }",
      ...work.sums.map(
        ({ array }, k) => `for (long u = 0; u < VECTORS; u++) ${vectorsOf(context, array)}[u] = sum${k}[u];`,
      ),
    ]),
    "}",
  ];
}

export function emitIndexedGradient(
  context: EmitContext,
  name: string,
  kernel: IndexedGradientKernel,
  keepLines: readonly string[],
): readonly string[] {
  const { rows, columns, groups, preChannels, postChannels, strides } = kernel;
  const [inputs, outputs] = [preChannels / groups, postChannels / groups];
  const filter = `(${name}_rows_taps[y].filter + ${name}_columns_taps[z].filter)`;
  const at = (side: "pre" | "post"): string => `(${name}_rows_pairs[i].${side} + ${name}_columns_pairs[j].${side})`;
  const pairs = (variable: string, axis: string, tap: string): string =>
    `for (long ${variable} = ${name}_${axis}_taps[${tap}].from; ${variable} < ${name}_${axis}_taps[${tap}].to; ${variable}++)`;
  return [
    comment(`${kernel.label}: ${rows.length} x ${columns.length} filters, ${groups} groups`),
    ...pairTables(`${name}_rows`, rows),
    ...pairTables(`${name}_columns`, columns),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      ...keepLines,
      `const vec *x = ${vectorsOf(context, kernel.pre)}, *q = ${vectorsOf(context, kernel.post)};`,
      `for (long y = 0; y < ${rows.length}; y++) for (long z = 0; z < ${columns.length}; z++)`,
      `  for (long k = 0; k < ${groups}; k++) for (long c = 0; c < ${inputs}; c++) for (long o = 0; o < ${outputs}; o++) {`,
      ...indent(
        [
          "vec sum = {0};",
          pairs("i", "rows", "y"),
          `  ${pairs("j", "columns", "z")}`,
          "    for (long u = 0; u < VECTORS; u++) {",
          `      const vec a = x[(${at("pre")} * ${preChannels} + ${times("k", inputs)} + c) * VECTORS + u];`,
          `      const vec b = q[(${at("post")} * ${postChannels} + ${times("k", outputs)} + o) * VECTORS + u];`,
          "      sum += (vec)(bits(a) & keep[u]) * (vec)(bits(b) & keep[u]);",
          "    }",
          `${addressOf(context, kernel.output)}[${filter} * ${strides.size} + ${times("k", strides.group)} + ${times("c", strides.input)} + ${times("o", strides.output)}] = lane_sum(sum);`,
        ],
        "    ",
      ),
      "  }",
    ]),
    "}",
  ];
}

function pairTables(name: string, taps: TapMeetings): readonly string[] {
  const all = taps.flatMap(({ pairs }) => pairs.map(({ pre, post }) => `{${pre}, ${post}}`));
  let from = 0;
  const rows = taps.map(({ filter, pairs }) => {
    const row = `{${filter}, ${from}, ${from + pairs.length}}`;
    from += pairs.length;
    return row;
  });
  return [
    `static const struct { int pre, post; } ${name}_pairs[] = {${all.join(", ") || "{0}"}};`,
    `static const struct { int filter, from, to; } ${name}_taps[] = {${rows.join(", ")}};`,
  ];
}
