import { eluActivation } from "./elu.ts";
import { geluActivation } from "./gelu.ts";
import { hardTanhActivation } from "./hard-tanh.ts";
import { identityActivation } from "./identity.ts";
import { leakyReluActivation } from "./leaky-relu.ts";
import { reluActivation } from "./relu.ts";
import { seluActivation } from "./selu.ts";
import { sigmoidActivation } from "./sigmoid.ts";
import { softplusActivation } from "./softplus.ts";
import { tanhActivation } from "./tanh.ts";

/**
 * Every activation that has a name. A new one is a file beside these and a line here. (`custom` has no short form, and
 * softmax is no scalar function: the schema adds both.)
 */
export const activations = [
  identityActivation,
  reluActivation,
  leakyReluActivation,
  eluActivation,
  seluActivation,
  geluActivation,
  softplusActivation,
  tanhActivation,
  sigmoidActivation,
  hardTanhActivation,
] as const;
