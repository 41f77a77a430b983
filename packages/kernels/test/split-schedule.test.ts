import { expect, it } from "vitest";
import type { KernelPlan, PhasePlan } from "../src/kernel-plan.ts";
import { phaseParts, splitSchedule } from "../src/split-schedule.ts";

const nothing: PhasePlan = { head: [], group: [], merges: [], tail: [] };
const onGroups: PhasePlan = {
  ...nothing,
  group: [{ kind: "lane-sum", label: "", input: 0, positions: 1, channels: 1, output: 0 }],
};
const sums: PhasePlan = { ...onGroups, merges: [{ partial: 0, shared: 1 }] };
const plan: KernelPlan = {
  lanes: 4,
  arrays: [],
  sizes: { group: 0, temporary: 0, shared: 0, partial: 0 },
  phases: {
    start: onGroups,
    step: onGroups,
    readout: onGroups,
    accumulate: sums,
    stability: onGroups,
    restrain: sums,
    apply: nothing,
  },
};

it("a settle and its sums are one piece; an update, which reads the sums, is the next", () => {
  const schedule = [
    { phase: "start" },
    { phase: "step", times: 60 },
    { phase: "readout" },
    { phase: "accumulate" },
    { phase: "apply" },
    { phase: "readout" },
  ] as const;
  expect(splitSchedule(schedule, phaseParts(plan))).toEqual([
    [
      { phase: "start", times: 1 },
      { phase: "step", times: 60 },
      { phase: "readout", times: 1 },
      { phase: "accumulate", times: 1 },
    ],
    [{ phase: "apply", times: 1 }],
    [{ phase: "readout", times: 1 }],
  ]);
});

it("sums that are taken twice are two pieces", () => {
  expect(splitSchedule([{ phase: "accumulate", times: 2 }], phaseParts(plan))).toEqual([
    [{ phase: "accumulate", times: 1 }],
    [{ phase: "accumulate", times: 1 }],
  ]);
});

it("an empty schedule is one empty piece", () => expect(splitSchedule([], phaseParts(plan))).toEqual([[]]));
