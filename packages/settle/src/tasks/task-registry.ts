/** Every task there is. A new one is a file beside this and a line in it. */
import { classify } from "./classify.ts";
import { complete } from "./complete.ts";
import { denoise } from "./denoise.ts";
import { probe } from "./probe.ts";
import { reconstruct } from "./reconstruct.ts";
import { robustness } from "./robustness.ts";
import type { TaskDefinition } from "./task.ts";

export const taskRegistry = {
  reconstruct,
  denoise,
  complete,
  classify,
  probe,
  robustness,
} as const satisfies Readonly<Record<string, TaskDefinition>>;

export type Task = keyof typeof taskRegistry;

/** Their names, in the order to list them. */
export const tasks = Object.keys(taskRegistry) as readonly Task[];
