/** A max pool and its adjoint, a window at a time; every lane has a place of its own. */
import type { MaxPoolKernel } from "@settle/kernels";
import { arrayOf, comment, type EmitContext, indent, memoryParameters, vectorsOf } from "./c-text.ts";
import { eachMeeting, meetingTables } from "./emit-indexed.ts";

export function emitMaxPool(context: EmitContext, name: string, kernel: MaxPoolKernel): readonly string[] {
  const { rows, columns, channels, produce, output } = kernel;
  const position = `(${name}_rows_list[i].input + ${name}_columns_list[j].input)`;
  const window = (body: readonly string[]): readonly string[] => [
    eachMeeting("i", `${name}_rows`, "y"),
    `  ${eachMeeting("j", `${name}_columns`, "z")} {`,
    ...indent(
      [`const long at = (${position} * ${channels} + c) * VECTORS + u;`, "const vec b = by[at];", ...body],
      "    ",
    ),
    "  }",
  ];
  const first = `((${name}_rows_list[${name}_rows_starts[y]].input + ${name}_columns_list[${name}_columns_starts[z]].input) * ${channels} + c) * VECTORS + u`;
  const larger = "const ints more = (b > most) | ((b != b) & (most == most));";
  const target = `((y * ${columns.length} + z) * ${channels} + c) * VECTORS + u`;
  const body =
    produce === "post"
      ? [
          `vec most = by[${first}], chosen = of[${first}];`,
          ...window([larger, "most = vec_select(more, b, most);", "chosen = vec_select(more, of[at], chosen);"]),
          `out[${target}] = chosen;`,
        ]
      : [
          `vec most = by[${first}];`,
          ...window([larger, "most = vec_select(more, b, most);"]),
          `const vec sent = of[${target}];`,
          "ints taken = {0};",
          ...window([
            "const ints here = ~taken & ((b == most) | ((b != b) & (most != most)));",
            "out[at] += (vec)(bits(sent) & here);",
            "taken |= here;",
          ]),
        ];
  const { elements } = arrayOf(context, output);
  return [
    comment(`${kernel.label}: ${rows.length} x ${columns.length} windows, ${channels} channels`),
    ...meetingTables(`${name}_rows`, rows),
    ...meetingTables(`${name}_columns`, columns),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      `const vec *by = ${vectorsOf(context, kernel.by)}, *of = ${vectorsOf(context, kernel.of)};`,
      `vec *out = ${vectorsOf(context, output)};`,
      ...(produce === "post" ? [] : [`for (long e = 0; e < ${elements} * VECTORS; e++) out[e] = (vec){0};`]),
      `for (long y = 0; y < ${rows.length}; y++)`,
      `  for (long z = 0; z < ${columns.length}; z++)`,
      `    for (long c = 0; c < ${channels}; c++)`,
      "      for (long u = 0; u < VECTORS; u++) {",
      ...indent(body, "        "),
      "      }",
    ]),
    "}",
  ];
}
