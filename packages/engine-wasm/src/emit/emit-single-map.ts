/** Entry-by-entry arithmetic on one sample, four elements at a time. */
import type { ElementWork } from "@settle/kernels";

import { clearSums, emitElementWork } from "./element-work.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { followOut, singleSite, storeTotal } from "./single-work.ts";
import { get, groupParameters, i32, WatFunction } from "./wat-function.ts";

export function emitSingleMap(
  module: ModuleBuilder,
  name: string,
  label: string,
  elements: number,
  work: ElementWork,
): WatFunction {
  const f = new WatFunction(name, { parameters: groupParameters, comment: `${label}: ${elements} elements` });
  f.set(f.local("out", "i32"), i32(0));
  clearSums(f, work, 1);
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
