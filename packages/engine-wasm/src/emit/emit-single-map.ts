/** Entry-by-entry arithmetic on one sample, four elements at a time. */
import type { ElementWork } from "@settle/kernels";

import { emitElementWork } from "./element-work.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { followOut, singleSite, storeTotal } from "./single-work.ts";
import { get, groupParameters, i32, splat, WatFunction } from "./wat-function.ts";

export function emitSingleMap(
  module: ModuleBuilder,
  name: string,
  label: string,
  elements: number,
  work: ElementWork,
): WatFunction {
  const f = new WatFunction(name, { parameters: groupParameters, comment: `${label}: ${elements} elements` });
  f.set(f.local("out", "i32"), i32(0));
  work.sums.forEach((_, k) => f.set(f.local(`sum${k}-0`, "v128"), splat(0)));
  const vector = (count: number): void => {
    followOut(f);
    emitElementWork(f, module, work, singleSite(f, module, { elements, bytes: 0, count }));
  };
  f.repeat(Math.floor(elements / 4), () => {
    vector(4);
    f.advance("out", 16);
  });
  if (elements % 4 > 0) vector(elements % 4);
  work.sums.forEach(({ array }, k) => storeTotal(f, module, array, get(`sum${k}-0`)));
  return f;
}
