/** A max pool and its adjoint, a window at a time; every lane has a place of its own. */
import type { MaxPoolKernel } from "@settle/kernels";

import { eachEntry, eachIndex, entryWord, meetingTable } from "./meeting-loops.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, get, groupParameters, i32, splat, WatFunction } from "./wat-function.ts";

export function emitMaxPool(module: ModuleBuilder, name: string, kernel: MaxPoolKernel): WatFunction {
  const { label, rows, columns, channels, produce } = kernel;
  const f = new WatFunction(name, {
    parameters: groupParameters,
    comment: `${label}: ${rows.length} × ${columns.length} windows of ${channels} channels`,
  });
  const bytes = channels * module.laneBytes;
  const tables = { rows: meetingTable(module, rows, bytes, 0), columns: meetingTable(module, columns, bytes, 0) };
  const [by, of, output] = [module.place(kernel.by), module.place(kernel.of), module.place(kernel.output)];
  for (const local of ["channel", "window", "at"]) f.local(local, "i32");
  for (const local of ["most", "chosen", "b", "more", "taken"]) f.local(local, "v128");
  const base = (place: typeof by): string => addI32(get(place.space), i32(place.offset));
  if (produce === "pre") {
    f.set("at", base(output));
    f.repeat(output.elements, () => {
      for (let v = 0; v < module.vectors; v++) f.line(access("v128.store", v * 16, get("at"), splat(0)));
      f.advance("at", module.laneBytes);
    });
  }
  /** An array's vector at `$at`, which counts from the beginning of the array. */
  const there = (place: typeof by): string => addI32(get(place.space), get("at"));
  const load = (place: typeof by, v: number): string => access("v128.load", place.offset + v * 16, there(place));
  const visit = (v: number, body: () => void): void =>
    eachEntry(f, () => {
      f.set("at", addI32(get("channel"), entryWord(0)));
      f.set("b", load(by, v));
      body();
    });
  const keepLarger = (): void => {
    const nan = `(v128.and (f32x4.ne ${get("b")} ${get("b")}) (f32x4.eq ${get("most")} ${get("most")}))`;
    f.set("more", `(v128.or (f32x4.gt ${get("b")} ${get("most")}) ${nan})`);
    f.set("most", `(v128.bitselect ${get("b")} ${get("most")} ${get("more")})`);
  };
  const windowOf = (v: number): void => {
    const first = (index: string): string => access("i32.load", 0, access("i32.load", 0, get(index)));
    f.set("at", addI32(get("channel"), addI32(first("row"), first("column"))));
    f.set("most", load(by, v));
    const window = (place: typeof by): readonly [number, string] => [
      place.offset + v * 16,
      addI32(get(place.space), get("window")),
    ];
    if (produce === "post") {
      f.set("chosen", load(of, v));
      visit(v, () => {
        keepLarger();
        f.set("chosen", `(v128.bitselect ${load(of, v)} ${get("chosen")} ${get("more")})`);
      });
      f.line(access("v128.store", ...window(output), get("chosen")));
      return;
    }
    visit(v, keepLarger);
    f.set("chosen", access("v128.load", ...window(of)));
    f.set("taken", splat(0));
    visit(v, () => {
      const nan = `(v128.and (f32x4.ne ${get("b")} ${get("b")}) (f32x4.ne ${get("most")} ${get("most")}))`;
      const here = `(v128.or (f32x4.eq ${get("b")} ${get("most")}) ${nan})`;
      f.set("more", `(v128.andnot ${here} ${get("taken")})`);
      const sum = `(f32x4.add ${load(output, v)} (v128.and ${get("chosen")} ${get("more")}))`;
      f.line(access("v128.store", output.offset + v * 16, there(output), sum));
      f.set("taken", `(v128.or ${get("taken")} ${get("more")})`);
    });
  };
  f.set("window", i32(0));
  eachIndex(f, tables, { rows: rows.length, columns: columns.length }, () => {
    f.set("channel", i32(0));
    f.repeat(channels, () => {
      for (let v = 0; v < module.vectors; v++) windowOf(v);
      f.advance("channel", module.laneBytes);
      f.advance("window", module.laneBytes);
    });
  });
  return f;
}
