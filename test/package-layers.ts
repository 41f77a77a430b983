/** Which package may import which: the layer table of ARCHITECTURE.md, as data. Arrows only point down. */

export interface PackageRule {
  readonly layer: number;
  /** Packages it may import; `lower`: any of a lower layer. */
  readonly mayImport: readonly string[] | "lower";
  /** Whether it must also run in a browser: nothing of Node in its sources. */
  readonly browser: boolean;
}

const diagnosticsAndProgram = ["diagnostics", "program"];
const engine: PackageRule = { layer: 3, mayImport: [...diagnosticsAndProgram, "runtime", "kernels"], browser: false };

export const packageRules: Readonly<Record<string, PackageRule>> = {
  diagnostics: { layer: 0, mayImport: [], browser: true },
  program: { layer: 0, mayImport: [], browser: true },
  spec: { layer: 1, mayImport: diagnosticsAndProgram, browser: true },
  compiler: { layer: 2, mayImport: [...diagnosticsAndProgram, "spec"], browser: true },
  runtime: { layer: 2, mayImport: diagnosticsAndProgram, browser: true },
  kernels: { layer: 2, mayImport: diagnosticsAndProgram, browser: true },
  "engine-reference": engine,
  "engine-wasm": engine,
  "engine-native": engine,
  "engine-tfjs": engine,
  data: { layer: 3, mayImport: "lower", browser: false },
  metrics: { layer: 3, mayImport: "lower", browser: true },
  runs: { layer: 3, mayImport: "lower", browser: false },
  draw: { layer: 3, mayImport: [...diagnosticsAndProgram, "spec", "compiler", "kernels"], browser: true },
  conformance: { layer: 3, mayImport: "lower", browser: false },
  onnx: { layer: 3, mayImport: ["program"], browser: true },
  verify: { layer: 3, mayImport: "lower", browser: true },
  settle: { layer: 4, mayImport: "lower", browser: false },
  experiments: { layer: 6, mayImport: "lower", browser: false },
  baselines: { layer: 5, mayImport: "lower", browser: false },
  cli: { layer: 7, mayImport: "lower", browser: false },
};

/** Whether the sources of package `from` may import package `to` (both without `@settle/`). */
export function mayImport(from: string, to: string): boolean {
  const rule = packageRules[from];
  const target = packageRules[to];
  if (rule === undefined || target === undefined) return false;
  return rule.mayImport === "lower" ? target.layer < rule.layer : rule.mayImport.includes(to);
}
