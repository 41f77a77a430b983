/** Builds the program that measures how many multiply-adds the machine can do. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @returns the program in `folder`; `undefined` where no C compiler works */
export function buildPeak(folder: string): string | undefined {
  const source = fileURLToPath(new URL("fused-multiply-add-peak.c", import.meta.url));
  const program = join(folder, "peak");
  for (const compiler of ["clang", "gcc", "cc"]) {
    try {
      const flags = ["-O3", "-march=native", "-ffp-contract=fast", "-pthread"];
      execFileSync(compiler, [...flags, source, "-o", program], { stdio: "ignore" });
      return program;
    } catch {
      // The next one may be there.
    }
  }
  return undefined;
}
