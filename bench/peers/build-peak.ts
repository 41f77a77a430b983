/** Builds the program that measures how many multiply-adds the machine can do. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @returns the program in `folder`; `undefined` where no C compiler works */
export function buildPeak(folder: string): string | undefined {
  const source = fileURLToPath(new URL("fused-multiply-add-peak.c", import.meta.url));
  const program = join(folder, "peak");
  for (const compiler of ["clang", "gcc", "cc"]) {
    // Unless told otherwise compilers halve the vectors of some processors, and with them the peak.
    for (const widest of [["-mprefer-vector-width=512"], []]) {
      try {
        const flags = ["-O3", "-march=native", ...widest, "-ffp-contract=fast", "-pthread"];
        execFileSync(compiler, [...flags, source, "-o", program], { stdio: "ignore" });
        return program;
      } catch {
        // The next one may be there, or knows no such flag.
      }
    }
  }
  return undefined;
}
