/** Softmax over the channels of each position: largest, exponentials and their sum, quotient. */
import type { GroupKernel } from "@settle/kernels";

import type { ModuleBuilder } from "./module-builder.ts";
import { addI32, get, groupParameters, i32, splat, WatFunction } from "./wat-function.ts";

type SoftmaxKernel = Extract<GroupKernel, { kind: "softmax" }>;

export function emitSoftmax(module: ModuleBuilder, name: string, kernel: SoftmaxKernel): WatFunction {
  const { label, positions, channels } = kernel;
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${positions} positions of ${channels} channels`,
  });
  module.used.add("exp");
  const input = module.place(kernel.input);
  const output = module.place(kernel.output);
  for (const local of ["from", "to", "in", "out"]) f.local(local, "i32");
  for (const local of ["most", "total", "value"]) f.local(local, "v128");
  const eachChannel = (body: () => void): void => {
    f.set("in", get("from"));
    f.set("out", get("to"));
    f.repeat(channels, () => {
      body();
      f.advance("in", module.laneBytes);
      f.advance("out", module.laneBytes);
    });
  };
  f.set("from", addI32(get(input.space), i32(input.offset)));
  f.set("to", addI32(get(output.space), i32(output.offset)));
  f.repeat(positions, () => {
    for (let v = 0; v < module.vectors; v++) {
      const load = (pointer: string): string => module.load(v * 16, get(pointer));
      const store = (value: string): void => f.line(module.store(v * 16, get("out"), value));
      f.set("most", splat(-Infinity));
      f.set("total", splat(0));
      eachChannel(() => f.set("most", `(f32x4.max ${get("most")} ${load("in")})`));
      eachChannel(() => {
        f.set("value", `(call $exp (f32x4.sub ${load("in")} ${get("most")}))`);
        store(get("value"));
        f.set("total", `(f32x4.add ${get("total")} ${get("value")})`);
      });
      eachChannel(() => store(`(f32x4.div ${load("out")} ${get("total")})`));
    }
    f.advance("from", channels * module.laneBytes);
    f.advance("to", channels * module.laneBytes);
  });
  return f;
}
