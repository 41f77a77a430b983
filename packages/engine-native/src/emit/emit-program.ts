/** A whole KernelPlan as C: the step in one file; the other phases and the entry, `settle_run`, in another. */
import type { KernelPlan, PhasePlan } from "@settle/kernels";
import { type PhaseName, phaseNames } from "@settle/program";
import {
  addressOf,
  comment,
  type EmitContext,
  indent,
  memoryArguments,
  memoryParameters,
  type Room,
} from "./c-text.ts";
import { emitGroupKernel } from "./emit-group-kernels.ts";
import { emitSharedKernel } from "./emit-shared-kernels.ts";
import { runtimeText } from "./run-text.ts";
import type { Target } from "./target.ts";
import { vectorPrelude } from "./vector-prelude.ts";

export interface EmittedFile {
  /** `step.c` */
  readonly name: string;
  readonly text: string;
  /** Whether most of the time goes here: the rest is better compiled fast than well. */
  readonly hot: boolean;
}

export interface EmittedProgram {
  readonly files: readonly EmittedFile[];
  /** What memory it needs, the plan's included. */
  readonly room: Room;
}

/** @param plan  with as many lanes as one or several vectors of the target hold */
export function emitProgram(plan: KernelPlan, target: Target): EmittedProgram {
  const vectors = plan.lanes / target.width;
  if (!Number.isInteger(vectors))
    throw new Error(`native emitter fault: ${plan.lanes} lanes are not whole vectors of ${target.width}`);
  const room = { shared: plan.sizes.shared, temporary: plan.sizes.temporary };
  const context: EmitContext = { plan, target, vectors, room };
  const { group, partial } = plan.sizes;
  const phases = new Map(phaseNames.map((name) => [name, emitPhase(context, name, plan.phases[name])]));
  const prelude = [
    vectorPrelude(target, vectors),
    `enum { GROUP_SIZE = ${group}, TEMPORARY_SIZE = ${room.temporary}, PARTIAL_SIZE = ${partial} };`,
    sums,
  ].join("\n");
  const declarations = phaseNames.flatMap((name) => parts.map((part) => `void ${name}_${part}(${parameters[part]});`));
  const phasesOf = (hot: boolean): readonly string[] =>
    phaseNames.filter((name) => (name === "step") === hot).flatMap((name) => phases.get(name) ?? []);
  const files = [
    { name: "step.c", text: [prelude, ...phasesOf(true)].join("\n"), hot: true },
    {
      name: "rest.c",
      text: [prelude, ...phasesOf(false), ...declarations, "", ...parts.flatMap(dispatch), runtimeText].join("\n"),
      hot: false,
    },
  ];
  return { files, room };
}

type Part = "group" | "head" | "sums";
const parts: readonly Part[] = ["group", "head", "sums"];
const parameters: Readonly<Record<Part, string>> = {
  group: `${memoryParameters}, long valid`,
  head: "float *s",
  sums: "float *s, const float *p, long groups",
};
const passed: Readonly<Record<Part, string>> = { group: `${memoryArguments}, valid`, head: "s", sums: "s, p, groups" };

const sums = `/* Lanes in order. */
INLINE float lane_sum(vec x) {
  float sum = 0.0f;
  for (int i = 0; i < WIDTH; i++) sum += x[i];
  return sum;
}

/* As much of a vector as there is room for. */
INLINE void put(float *out, vec x, long room) {
  typedef float loose __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
  if (room >= WIDTH) *(loose *)out = (loose)x;
  else
    for (long i = 0; i < room; i++) out[i] = x[i];
}

/* Groups in order, whatever thread they ran on. */
static void merge(float *restrict out, const float *p, long n, long groups) {
  for (long i = 0; i < n; i++) out[i] = 0.0f;
  for (long k = 0; k < groups; k++, p += PARTIAL_SIZE)
    for (long i = 0; i < n; i++) out[i] += p[i];
}
`;

function emitPhase(context: EmitContext, name: PhaseName, phase: PhasePlan): readonly string[] {
  const lines = [comment(`phase ${name}`), ""];
  const prepare: string[] = [];
  const group = phase.group.map((kernel, k) => {
    const emitted = emitGroupKernel(context, `${name}${k}`, kernel, name === "step");
    lines.push(...emitted.lines, "");
    prepare.push(...emitted.prepare);
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
  const define = (part: Part, body: readonly string[]): void => {
    lines.push(`void ${name}_${part}(${parameters[part]}) {`, ...indent(body), "}", "");
  };
  define("group", group);
  define("head", [...head, ...prepare]);
  define("sums", [...merges, ...tail]);
  return lines;
}

function dispatch(part: Part): readonly string[] {
  return [
    `static void ${part}_kernels(int phase, ${parameters[part]}) {`,
    "  switch (phase) {",
    ...phaseNames.map((phase, k) => `    case ${k}: ${phase}_${part}(${passed[part]}); break;`),
    "  }",
    "}",
    "",
  ];
}
