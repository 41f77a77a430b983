/** Contractions and filter gradients that go by tables of the index map: groups, filters of their own, fixed weights. */
import type { IndexedContractKernel, IndexedGradientKernel } from "@settle/kernels";

import { clearSums, emitElementWork } from "./element-work.ts";
import { emitMasks, storeLaneTotals } from "./emit-gradient.ts";
import { laneSite, MapCounters, spacesOf } from "./emit-map.ts";
import { eachEntry, eachIndex, entryFactor, entryWord, indexWord, meetingTable, tapTable } from "./meeting-loops.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, groupParameters, i32, splat, WatFunction } from "./wat-function.ts";

export function emitIndexedContract(module: ModuleBuilder, name: string, kernel: IndexedContractKernel): WatFunction {
  const { label, rows, columns, groups, inputChannels, outputChannels, weights, work } = kernel;
  const [inputs, outputs] = [inputChannels / groups, outputChannels / groups];
  const elements = rows.length * columns.length * outputChannels;
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${rows.length} × ${columns.length} positions, ${groups} groups of ${inputs} → ${outputs}`,
  });
  const strides = weights?.strides ?? { size: 0, group: 0, input: 0, output: 0 };
  const bytes = [inputChannels * module.laneBytes, strides.size * 4] as const;
  const tables = { rows: meetingTable(module, rows, ...bytes), columns: meetingTable(module, columns, ...bytes) };
  const vectors = Array.from({ length: module.vectors }, (_, v) => v);
  const spaces = spacesOf(module, work);
  for (const space of spaces) f.set(f.local(`at-${space}`, "i32"), space === "shared" ? i32(0) : get(space));
  const counters = new MapCounters(f, work, elements);
  clearSums(f, work, module.vectors);
  for (const local of ["group-in", "group-weights", "weights", "x", "w"]) f.local(local, "i32");
  const turn = (): void => {
    f.set("x", addI32(get("group-in"), entryWord(0)));
    if (weights === undefined) f.set(f.local("weight", "v128"), entryFactor());
    else f.set("w", addI32(get("weights"), entryWord(1)));
    f.repeat(inputs, () => {
      if (weights !== undefined) f.set(f.local("weight", "v128"), access("v128.load32_splat", 0, get("w")));
      for (const v of vectors) {
        const x = access("v128.load", v * 16, get("x"));
        f.set(`acc${v}`, module.multiplyAdd(x, get("weight"), get(`acc${v}`)));
      }
      f.advance("x", module.laneBytes);
      f.advance("w", strides.input * 4);
    });
  };
  const element = (): void => {
    for (const v of vectors) f.set(f.local(`acc${v}`, "v128"), splat(0));
    eachEntry(f, turn);
    for (const v of vectors) {
      const site = laneSite(f, module, elements, counters, v);
      const load: typeof site.load = (operand, index) =>
        operand.kind === "contraction" ? get(`acc${v}`) : site.load(operand, index);
      emitElementWork(f, module, work, { ...site, load });
    }
    for (const space of spaces) f.advance(`at-${space}`, space === "shared" ? 4 : module.laneBytes);
    counters.advance();
  };
  const input = module.place(kernel.input);
  const weightsAt = weights === undefined ? 0 : module.place(weights.array).offset;
  eachIndex(f, tables, { rows: rows.length, columns: columns.length }, () => {
    f.set("group-in", addI32(get(input.space), i32(input.offset)));
    f.set("group-weights", i32(weightsAt));
    f.repeat(groups, () => {
      f.set("weights", get("group-weights"));
      f.repeat(outputs, () => {
        element();
        f.advance("weights", strides.output * 4);
      });
      f.advance("group-in", inputs * module.laneBytes);
      f.advance("group-weights", strides.group * 4);
    });
  });
  work.sums.forEach(({ array }, k) => {
    const { space, offset } = module.place(array);
    for (const v of vectors) f.line(access("v128.store", offset + v * 16, get(space), get(`sum${k}-${v}`)));
  });
  return f;
}

export function emitIndexedGradient(module: ModuleBuilder, name: string, kernel: IndexedGradientKernel): WatFunction {
  const { label, rows, columns, groups, preChannels, postChannels, strides } = kernel;
  const [inputs, outputs] = [preChannels / groups, postChannels / groups];
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${rows.length} × ${columns.length} filters, ${groups} groups of ${inputs} × ${outputs}`,
  });
  const bytes = {
    pre: preChannels * module.laneBytes,
    post: postChannels * module.laneBytes,
    filter: strides.size * 4,
  };
  const tables = { rows: tapTable(module, rows, bytes), columns: tapTable(module, columns, bytes) };
  const [pre, post, output] = [module.place(kernel.pre), module.place(kernel.post), module.place(kernel.output)];
  emitMasks(f, module);
  for (const local of ["group-pre", "group-post", "group-out", "pre", "post", "pre-out", "out"]) f.local(local, "i32");
  const cell = { i: 0, j: 0, total: f.local("total", "v128") };
  const entry = (): void => {
    f.set("total", splat(0));
    eachEntry(f, () => {
      for (let v = 0; v < module.vectors; v++) {
        const side = (which: "pre" | "post", word: number): string => {
          const at = addI32(get(which), entryWord(word));
          return `(v128.and ${get(`mask${v}`)} ${access("v128.load", v * 16, at)})`;
        };
        f.set("total", module.multiplyAdd(side("pre", 0), side("post", 1), get("total")));
      }
    });
    storeLaneTotals(f, [cell], () => output.offset);
  };
  eachIndex(f, tables, { rows: rows.length, columns: columns.length }, () => {
    f.set("group-pre", addI32(get(pre.space), i32(pre.offset)));
    f.set("group-post", addI32(get(post.space), i32(post.offset)));
    f.set("group-out", addI32(get("partial"), indexWord()));
    f.repeat(groups, () => {
      f.set("pre", get("group-pre"));
      f.set("pre-out", get("group-out"));
      f.repeat(inputs, () => {
        f.set("post", get("group-post"));
        f.set("out", get("pre-out"));
        f.repeat(outputs, () => {
          entry();
          f.advance("post", module.laneBytes);
          f.advance("out", strides.output * 4);
        });
        f.advance("pre", module.laneBytes);
        f.advance("pre-out", strides.input * 4);
      });
      f.advance("group-pre", inputs * module.laneBytes);
      f.advance("group-post", outputs * module.laneBytes);
      f.advance("group-out", strides.group * 4);
    });
  });
  return f;
}
