/** A whole KernelPlan as one C file with one entry, `settle_run`. */
import type { KernelPlan, PhasePlan } from "@settle/kernels";
import { phaseNames } from "@settle/program";
import { addressOf, comment, type EmitContext, indent, memoryArguments, memoryParameters } from "./c-text.ts";
import { emitGroupKernel } from "./emit-group-kernels.ts";
import { emitSharedKernel } from "./emit-shared-kernels.ts";
import { runtimeText } from "./run-text.ts";
import type { Target } from "./target.ts";
import { vectorPrelude } from "./vector-prelude.ts";

/** @param plan  with as many lanes as one or several vectors of the target hold */
export function emitProgram(plan: KernelPlan, target: Target): string {
  const vectors = plan.lanes / target.width;
  if (!Number.isInteger(vectors)) throw new Error(`native emitter fault: ${plan.lanes} lanes are not whole vectors of ${target.width}`);
  const context: EmitContext = { plan, target, vectors };
  const phases = phaseNames.flatMap((name) => emitPhase(context, name, plan.phases[name]));
  const { group, temporary, partial } = plan.sizes;
  return [
    vectorPrelude(target, vectors),
    `enum { GROUP_SIZE = ${group}, TEMPORARY_SIZE = ${temporary}, PARTIAL_SIZE = ${partial} };`,
    sums,
    ...phases,
    ...dispatch("group_kernels", "phase", `${memoryParameters}, long valid`, `${memoryArguments}, valid`, "group"),
    ...dispatch("head_kernels", "phase", "float *s", "s", "head"),
    ...dispatch("sum_kernels", "phase", "float *s, const float *p, long groups", "s, p, groups", "sums"),
    runtimeText,
  ].join("\n");
}

const sums = `/* Lanes in order. */
INLINE float lane_sum(vec x) {
  float sum = 0.0f;
  for (int i = 0; i < WIDTH; i++) sum += x[i];
  return sum;
}

/* Groups in order, whatever thread they ran on. */
static void merge(float *restrict out, const float *p, long n, long groups) {
  for (long i = 0; i < n; i++) out[i] = 0.0f;
  for (long k = 0; k < groups; k++, p += PARTIAL_SIZE)
    for (long i = 0; i < n; i++) out[i] += p[i];
}
`;

function emitPhase(context: EmitContext, name: string, phase: PhasePlan): readonly string[] {
  const lines = [comment(`phase ${name}`), ""];
  const group = phase.group.map((kernel, k) => {
    lines.push(...emitGroupKernel(context, `${name}${k}`, kernel), "");
    return `${name}${k}(${memoryArguments}, valid);`;
  });
  const shared = (part: "head" | "tail"): readonly string[] =>
    phase[part].map((kernel, k) => {
      lines.push(...emitSharedKernel(context, `${name}_${part}${k}`, kernel), "");
      return `${name}_${part}${k}(s);`;
    });
  const head = shared("head");
  const tail = shared("tail");
  const merges = phase.merges.map(({ partial, shared: target }) => {
    const { elements, offset } = context.plan.arrays[partial]!;
    return `merge(${addressOf(context, target)}, p + ${offset}, ${elements}, groups);`;
  });
  const define = (part: string, parameters: string, body: readonly string[]): void => {
    lines.push(`static void ${name}_${part}(${parameters}) {`, ...indent(body), "}", "");
  };
  define("group", `${memoryParameters}, long valid`, group);
  define("head", "float *s", head);
  define("sums", "float *s, const float *p, long groups", [...merges, ...tail]);
  return lines;
}

function dispatch(name: string, selector: string, parameters: string, passed: string, part: string): readonly string[] {
  return [
    `static void ${name}(int ${selector}, ${parameters}) {`,
    `  switch (${selector}) {`,
    ...phaseNames.map((phase, k) => `    case ${k}: ${phase}_${part}(${passed}); break;`),
    "  }",
    "}",
    "",
  ];
}
