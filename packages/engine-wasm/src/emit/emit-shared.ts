/** Work on shared arrays, done once for all groups, and the functions it calls. */
import type { AxisTerm, SharedKernel } from "@settle/kernels";

import { emitSharedMap } from "./emit-map.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { access, addI32, floatLiteral, get, i32, timesI32, WatFunction } from "./wat-function.ts";

/** Statement that does the work, its function added to the module if it needs one. */
export function emitShared(module: ModuleBuilder, name: string, kernel: SharedKernel): string {
  switch (kernel.kind) {
    case "shared-map":
      module.functions.push(emitSharedMap(module, name, kernel.label, kernel.elements, kernel.work));
      return `(call $${name})`;
    case "shared-reduce":
      module.functions.push(emitReduce(module, name, kernel));
      return `(call $${name})`;
    case "shared-repeat":
      module.functions.push(emitRepeat(module, name, kernel));
      return `(call $${name})`;
    case "triangular-inverse": {
      const { input, output, size } = kernel;
      return `(call $invert ${[module.place(input).offset, module.place(output).offset, size].map(i32).join(" ")})`;
    }
    case "transpose": {
      const { input, output, taps, rows, columns } = kernel;
      return `(call $transpose ${[module.place(input).offset, module.place(output).offset, taps, rows, columns].map(i32).join(" ")})`;
    }
    default:
      return kernel satisfies never;
  }
}

function emitReduce(
  module: ModuleBuilder,
  name: string,
  kernel: Extract<SharedKernel, { kind: "shared-reduce" }>,
): WatFunction {
  const { label, operation, inputElements, outputElements, axes } = kernel;
  const f = new WatFunction(name, {
    comment: `${label}: ${operation} of ${inputElements} elements into ${outputElements}`,
  });
  const input = module.place(kernel.input).offset;
  const output = module.place(kernel.output).offset;
  for (const local of ["i", "out"]) f.local(local, "i32");
  const none = floatLiteral(operation === "sum" ? 0 : -Infinity);
  f.set("i", i32(0));
  f.doWhile(
    () => {
      f.line(access("f32.store", output, timesI32(get("i"), 4), `(f32.const ${none})`));
      f.advance("i", 1);
    },
    () => `(i32.ne ${get("i")} ${i32(outputElements)})`,
  );
  f.set("i", i32(0));
  f.doWhile(
    () => {
      f.set("out", timesI32(placeBy(axes), 4));
      const value = `(f32.${operation === "sum" ? "add" : "max"} ${access("f32.load", output, get("out"))} ${access("f32.load", input, timesI32(get("i"), 4))})`;
      f.line(access("f32.store", output, get("out"), value));
      f.advance("i", 1);
    },
    () => `(i32.ne ${get("i")} ${i32(inputElements)})`,
  );
  return f;
}

function emitRepeat(
  module: ModuleBuilder,
  name: string,
  { label, input, output, outputElements, axes }: Extract<SharedKernel, { kind: "shared-repeat" }>,
): WatFunction {
  const f = new WatFunction(name, { comment: `${label}: ${outputElements} elements` });
  f.local("i", "i32");
  f.set("i", i32(0));
  f.doWhile(
    () => {
      const value = access("f32.load", module.place(input).offset, timesI32(placeBy(axes), 4));
      f.line(access("f32.store", module.place(output).offset, timesI32(get("i"), 4), value));
      f.advance("i", 1);
    },
    () => `(i32.ne ${get("i")} ${i32(outputElements)})`,
  );
  return f;
}

/** The place in the smaller array of element `i` of the larger one. */
function placeBy(axes: readonly AxisTerm[]): string {
  const terms = axes.map(({ divide, modulo, multiply }) => {
    const quotient = divide === 1 ? get("i") : `(i32.div_u ${get("i")} ${i32(divide)})`;
    return timesI32(`(i32.rem_u ${quotient} ${i32(modulo)})`, multiply);
  });
  return terms.length === 0 ? i32(0) : terms.reduce(addI32);
}

/** `[taps][rows][columns]` → `[taps][columns][rows]`. */
export function transposeFunction(): WatFunction {
  const f = new WatFunction("transpose", {
    parameters: ["from", "to", "taps", "rows", "columns"],
    comment: "[taps][rows][columns] → [taps][columns][rows]",
  });
  for (const local of ["row", "column", "at"]) f.local(local, "i32");
  const countTo = (local: string, limit: string, body: () => void): void => {
    f.set(local, i32(0));
    f.doWhile(
      () => {
        body();
        f.advance(local, 1);
      },
      () => `(i32.lt_u ${get(local)} ${get(limit)})`,
    );
  };
  f.doWhile(
    () => {
      countTo("column", "columns", () => {
        f.set("at", addI32(get("from"), timesI32(get("column"), 4)));
        countTo("row", "rows", () => {
          f.line(access("f32.store", 0, get("to"), access("f32.load", 0, get("at"))));
          f.advance("to", 4);
          f.set("at", addI32(get("at"), timesI32(get("columns"), 4)));
        });
      });
      f.set("from", addI32(get("from"), `(i32.mul ${timesI32(get("rows"), 4)} ${get("columns")})`));
    },
    () => `(local.tee $taps (i32.sub ${get("taps")} ${i32(1)}))`,
  );
  return f;
}

/**
 * Inverse of a lower triangular `[size][size]` by forward substitution: all columns of a row at once, the row less each
 * row above it times the entry that joins them, then divided by its diagonal.
 */
export function invertFunction(): WatFunction {
  const f = new WatFunction("invert", {
    parameters: ["from", "to", "size"],
    comment: "inverse of a lower triangular matrix",
  });
  for (const local of ["row", "above", "column", "given", "out", "other"]) f.local(local, "i32");
  const rowAt = (base: string, row: string): string =>
    addI32(get(base), timesI32(`(i32.mul ${get(row)} ${get("size")})`, 4));
  const inRow = (base: string, column: string): string => addI32(get(base), timesI32(get(column), 4));
  const columns = (last: string, body: () => void): void => {
    f.set("column", i32(0));
    f.doWhile(
      () => {
        body();
        f.advance("column", 1);
      },
      () => `(i32.le_u ${get("column")} ${get(last)})`,
    );
  };
  f.set("row", i32(0));
  f.doWhile(
    () => {
      f.set("given", rowAt("from", "row"));
      f.set("out", rowAt("to", "row"));
      f.line(`(memory.fill ${get("out")} ${i32(0)} ${timesI32(get("size"), 4)})`);
      f.line(access("f32.store", 0, inRow("out", "row"), "(f32.const 1)"));
      f.set("above", i32(0));
      f.when(get("row"), () => {
        f.doWhile(
          () => {
            f.set("other", rowAt("to", "above"));
            columns("above", () => {
              const product = `(f32.mul ${access("f32.load", 0, inRow("given", "above"))} ${access("f32.load", 0, inRow("other", "column"))})`;
              const left = `(f32.sub ${access("f32.load", 0, inRow("out", "column"))} ${product})`;
              f.line(access("f32.store", 0, inRow("out", "column"), left));
            });
            f.advance("above", 1);
          },
          () => `(i32.ne ${get("above")} ${get("row")})`,
        );
      });
      columns("row", () => {
        const quotient = `(f32.div ${access("f32.load", 0, inRow("out", "column"))} ${access("f32.load", 0, inRow("given", "row"))})`;
        f.line(access("f32.store", 0, inRow("out", "column"), quotient));
      });
      f.advance("row", 1);
    },
    () => `(i32.ne ${get("row")} ${get("size")})`,
  );
  return f;
}

/** `[rows][columns]` → blocks of `width` columns, each `[rows][width]`; the last block may be narrower. */
export function packFunction(): WatFunction {
  const f = new WatFunction("pack", {
    parameters: ["from", "to", "rows", "columns", "width"],
    comment: "[rows][columns] → blocks of columns, each [rows][width of the block]",
  });
  for (const local of ["first", "row", "at", "end"]) f.local(local, "i32");
  f.set("first", i32(0));
  f.doWhile(
    () => {
      f.set("row", i32(0));
      const left = `(i32.sub ${get("columns")} ${get("first")})`;
      f.when(`(i32.lt_u ${left} ${get("width")})`, () => f.set("width", left));
      f.doWhile(
        () => {
          f.set(
            "at",
            addI32(get("from"), timesI32(addI32(`(i32.mul ${get("row")} ${get("columns")})`, get("first")), 4)),
          );
          f.set("end", addI32(get("at"), timesI32(get("width"), 4)));
          f.doWhile(
            () => {
              f.line(access("f32.store", 0, get("to"), access("f32.load", 0, get("at"))));
              f.advance("to", 4);
              f.advance("at", 4);
            },
            () => `(i32.ne ${get("at")} ${get("end")})`,
          );
          f.advance("row", 1);
        },
        () => `(i32.lt_u ${get("row")} ${get("rows")})`,
      );
      f.set("first", addI32(get("first"), get("width")));
    },
    () => `(i32.lt_u ${get("first")} ${get("columns")})`,
  );
  return f;
}

/** shared = Σ over groups, in order of group, of a partial; whole vectors, into the padding. */
export function mergeFunction(): WatFunction {
  const f = new WatFunction("merge", {
    parameters: ["from", "stride", "groups", "to", "bytes"],
    comment: "adds the partials of all groups, in order of group",
  });
  f.local("at", "i32");
  f.line(`(memory.fill ${get("to")} ${i32(0)} ${get("bytes")})`);
  f.doWhile(
    () => {
      f.set("at", i32(0));
      f.doWhile(
        () => {
          const there = addI32(get("to"), get("at"));
          const sum = `(f32x4.add ${access("v128.load", 0, there)} ${access("v128.load", 0, addI32(get("from"), get("at")))})`;
          f.line(access("v128.store", 0, there, sum));
          f.advance("at", 16);
        },
        () => `(i32.ne ${get("at")} ${get("bytes")})`,
      );
      f.set("from", addI32(get("from"), get("stride")));
    },
    () => `(local.tee $groups (i32.sub ${get("groups")} ${i32(1)}))`,
  );
  return f;
}
