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
import { emitSingleKernel, singlePrelude } from "./emit-single-kernels.ts";
import { moveSamplesText } from "./move-samples.ts";
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

/**
 * @param plan    with as many lanes as one or several vectors of the target hold
 * @param single  the same Program's plan with one lane, if samples can also be taken one by one
 */
export function emitProgram(plan: KernelPlan, target: Target, single?: KernelPlan): EmittedProgram {
  const vectors = plan.lanes / target.width;
  if (!Number.isInteger(vectors))
    throw new Error(`native emitter fault: ${plan.lanes} lanes are not whole vectors of ${target.width}`);
  const room = { shared: plan.sizes.shared, temporary: plan.sizes.temporary };
  const context: EmitContext = { plan, target, vectors, room };
  const phases = new Map(phaseNames.map((name) => [name, emitPhase(context, name, plan.phases[name])]));
  const alone = single === undefined ? undefined : emitSingle(single, target, plan, room);
  const sizes = [
    `GROUP_SIZE = ${plan.sizes.group}`,
    `SINGLE_SIZE = ${single?.sizes.group ?? 0}`,
    `TEMPORARY_SIZE = ${room.temporary}`,
    `PARTIAL_SIZE = ${plan.sizes.partial}`,
  ];
  const constants = [`enum { ${sizes.join(", ")} };`, sums];
  const prelude = [vectorPrelude(target, vectors), ...constants].join("\n");
  const declarations = phaseNames.flatMap((name) => parts.map((part) => `void ${name}_${part}(${parameters[part]});`));
  const phasesOf = (hot: boolean): readonly string[] =>
    phaseNames.filter((name) => (name === "step") === hot).flatMap((name) => phases.get(name) ?? []);
  const files = [
    { name: "step.c", text: [prelude, ...phasesOf(true)].join("\n"), hot: true },
    {
      name: "rest.c",
      text: [
        prelude,
        ...phasesOf(false),
        ...declarations,
        "",
        ...parts.flatMap((part) => dispatch(`${part}_kernels`, "", part)),
        ...(alone?.declarations ?? []),
        ...singleParts.flatMap((part) => dispatch(`single_${part}_kernels`, alone && "single_", part)),
        moveSamplesText(target),
        runtimeText,
      ].join("\n"),
      hot: false,
    },
    ...(alone === undefined
      ? []
      : (["hot", "cold"] as const).map((kind) => ({
          name: kind === "hot" ? "single-step.c" : "single-rest.c",
          text: [vectorPrelude(alone.target, 1), ...constants, singlePrelude, ...alone[kind]].join("\n"),
          hot: kind === "hot",
        }))),
  ];
  return { files, room };
}

/** Numbers behind the last array of a memory that may be read, without being looked at. */
export const overrun = 16;
/** Vectors of neighbouring channels: wider ones would be filled badly by the few channels that maps have. */
export const widestSingle = 8;
/** The phases of single samples that are compiled well. The others run once in T steps. */
const hotSingles: ReadonlySet<PhaseName> = new Set(["step", "accumulate"]);
const singleParts = ["group", "head"] as const;

function emitSingle(
  single: KernelPlan,
  target: Target,
  plan: KernelPlan,
  room: Room,
): {
  readonly target: Target;
  readonly declarations: readonly string[];
  readonly hot: readonly string[];
  readonly cold: readonly string[];
} {
  const agree = single.arrays.every(
    ({ space, offset }, k) => space === "group" || space === "temporary" || plan.arrays[k]?.offset === offset,
  );
  if (!agree) throw new Error("native emitter fault: plans do not agree on what their groups share");
  const width = Math.min(target.width, widestSingle) as Target["width"];
  const own: Room = { shared: room.shared, temporary: single.sizes.temporary };
  const context: EmitContext = { plan: single, target: { ...target, width }, vectors: 1, room: own };
  const lines = new Map(phaseNames.map((name) => [name, emitSinglePhase(context, name, single.phases[name])]));
  const of = (hot: boolean): readonly string[] =>
    phaseNames.filter((name) => hotSingles.has(name) === hot).flatMap((name) => lines.get(name) ?? []);
  room.shared = own.shared + overrun;
  room.temporary = Math.max(room.temporary, own.temporary + overrun);
  return {
    target: context.target,
    declarations: phaseNames.flatMap((name) =>
      singleParts.map((part) => `void single_${name}_${part}(${parameters[part]});`),
    ),
    hot: of(true),
    cold: of(false),
  };
}

function emitSinglePhase(context: EmitContext, name: PhaseName, { group, carried = [] }: PhasePlan): readonly string[] {
  const kernels = group.map((kernel, k) => emitSingleKernel(context, `${name}${k}`, kernel));
  return [
    comment(`phase ${name}, a sample by itself`),
    "",
    ...kernels.flatMap(({ lines }) => [...lines, ""]),
    `void single_${name}_group(${parameters.group}) {`,
    ...kernels.map((_, k) => `  ${unlessCarried(carried, k)}${name}${k}(${memoryArguments}, valid);`),
    "}",
    `void single_${name}_head(${parameters.head}) {`,
    ...indent(kernels.flatMap(({ prepare }) => prepare)),
    "}",
    "",
  ];
}

/** What the time before has left need not be computed again. */
const unlessCarried = (carried: PhasePlan["carried"], kernel: number): string =>
  carried?.includes(kernel) ? "if (!again) " : "";

type Part = "group" | "head" | "sums";
const parts: readonly Part[] = ["group", "head", "sums"];
const parameters: Readonly<Record<Part, string>> = {
  group: `${memoryParameters}, long valid, long again`,
  head: "float *s",
  sums: "float *s, const float *p, long groups",
};
const passed: Readonly<Record<Part, string>> = {
  group: `${memoryArguments}, valid, again`,
  head: "s",
  sums: "s, p, groups",
};

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
    return `${unlessCarried(phase.carried, k)}${name}${k}(${memoryArguments}, valid);`;
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

/** @param prefix  of the functions of phases; `undefined` if there are none */
function dispatch(name: string, prefix: string | undefined, part: Part): readonly string[] {
  const cases = phaseNames.map((phase, k) => `    case ${k}: ${prefix}${phase}_${part}(${passed[part]}); break;`);
  return [
    `static void ${name}(int phase, ${parameters[part]}) {`,
    ...(prefix === undefined ? [] : ["  switch (phase) {", ...cases, "  }"]),
    "}",
    "",
  ];
}
