/**
 * The weight gradient between vectors as C: a matrix product over the lanes of a group. One side is turned to
 * `[lanes][channels]` first, so that vectors run over channels and the sum over lanes needs no adding across a vector;
 * lanes without a sample are left out, the others come in order.
 */
import type { GradientKernel } from "@settle/kernels";
import { addressOf, comment, type EmitContext, indent, memoryParameters } from "./c-text.ts";
import { cut } from "./choose-tile.ts";

export function isDenseGradient({ rows, columns }: GradientKernel): boolean {
  return [rows, columns].every(([run, ...more]) => more.length === 0 && run?.count === 1);
}

export function emitDenseGradient(context: EmitContext, name: string, kernel: GradientKernel): readonly string[] {
  const { plan, room, target } = context;
  const { first, second, firstChannels, secondChannels, output } = kernel;
  const vectors = Math.ceil(secondChannels / target.width);
  room.temporary = Math.max(room.temporary, plan.sizes.temporary + plan.lanes * vectors * target.width);
  const wide = Math.min(vectors, 3);
  const tall = Math.min(firstChannels, target.registers === 32 ? 7 : 3);
  const down = cut(firstChannels, tall);
  const across = cut(vectors, wide);
  let a = 0;
  const calls = down.flatMap((rows) => {
    const from = a;
    a += rows.size * rows.count;
    let b = 0;
    const inner = across.map((columns) => {
      const start = b;
      b += columns.size * columns.count;
      return `for (long b = ${start}; b < ${b}; b += ${columns.size}) ${name}_${rows.size}x${columns.size}(x + a * LANES, turned + b, out + a * ${secondChannels} + b * WIDTH, ${secondChannels} - b * WIDTH, valid);`;
    });
    return [`for (long a = ${from}; a < ${a}; a += ${rows.size}) {`, ...indent(inner), "}"];
  });
  return [
    comment(kernel.label),
    ...down.flatMap((rows) =>
      across.flatMap((columns) => emitTile(name, rows.size, columns.size, vectors, secondChannels)),
    ),
    `static void ${name}(${memoryParameters}, long valid) {`,
    ...indent([
      `const float *x = ${addressOf(context, first)}, *y = ${addressOf(context, second)};`,
      `float *out = ${addressOf(context, output)};`,
      `vec *turned = (vec *)(t + ${plan.sizes.temporary});`,
      `for (long b = 0; b < ${vectors} * WIDTH; b++)`,
      `  for (long l = 0; l < valid; l++) ((float *)turned)[l * ${vectors} * WIDTH + b] = b < ${secondChannels} ? y[b * LANES + l] : 0.0f;`,
      ...calls,
    ]),
    "}",
  ];
}

/** room: how many numbers of a row are left from here on. */
function emitTile(name: string, tall: number, wide: number, vectors: number, stride: number): readonly string[] {
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, k) => k);
  const cells = range(tall).flatMap((a) => range(wide).map((b) => ({ a, b, sum: `s${a}_${b}` })));
  return [
    `static void ${name}_${tall}x${wide}(const float *x, const vec *y, float *out, long room, long valid) {`,
    ...indent([
      `vec ${cells.map(({ sum }) => `${sum} = {0}`).join(", ")};`,
      `for (long l = 0; l < valid; l++, x++, y += ${vectors}) {`,
      ...range(wide).map((b) => `  vec y${b} = y[${b}]; IN_REGISTER(y${b});`),
      ...range(tall).map(
        (a) =>
          `  const float x${a} = x[${a} * LANES]; ${range(wide)
            .map((b) => `s${a}_${b} += x${a} * y${b};`)
            .join(" ")}`,
      ),
      "}",
      ...cells.map(({ a, b, sum }) => `put(out + ${a * stride} + ${b} * WIDTH, ${sum}, room - ${b} * WIDTH);`),
    ]),
    "}",
  ];
}
