/** From `linear:from=0.5,final=0.1` to a schedule of the learning rate. */
import { normalSchedule } from "@settle/compiler";
import { settleError } from "@settle/diagnostics";
import type { LearningSchedule } from "@settle/program";
import { scheduleSchema } from "@settle/spec";

/**
 * @param text  a kind, then its fields as the circuit language has them: `step:every=1000,factor=0.5`
 * @throws {SettleError} `train/bad-schedule`
 */
export function readSchedule(text: string): LearningSchedule {
  const [kind, fields = ""] = text.split(":", 2);
  const pairs = fields.split(",").filter((field) => field !== "");
  const numbers = Object.fromEntries(
    pairs.map((field) => {
      const [name = "", value = ""] = field.split("=", 2);
      return [name, Number(value)];
    }),
  );
  const parsed = scheduleSchema.safeParse({ kind, ...numbers });
  if (parsed.success) return normalSchedule(parsed.data);
  throw settleError("train/bad-schedule", `"${text}" is no schedule of the learning rate.`, {
    help:
      "write constant, linear, cosine or step, then fields: linear:from=0.5,final=0.1 or step:every=1000,factor=0.5 or " +
      "cosine:warmup=100. Below 1, warmup, from and every are parts of the training; from 1 on, updates.",
  });
}
