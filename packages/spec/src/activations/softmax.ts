import { z } from "zod";
import type { Softmax } from "./activation.ts";

const doc = "Softmax over the channels (or units); as the output of an error node only.";

/** Couples the entries of its argument, so it is no scalar expression; the compiler has an instruction for it. */
export const softmaxOutput = {
  kind: "softmax",
  schema: z.strictObject({ kind: z.literal("softmax").describe(doc) }),
  value: { kind: "softmax", name: "softmax", latex: "\\operatorname{softmax}(x)", doc } satisfies Softmax,
} as const;
