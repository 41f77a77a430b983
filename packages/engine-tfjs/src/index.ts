export type { InstallationPlan } from "./install/installation-plan.ts";
export {
  type InstallationEvent,
  installTensorflow,
  type InstallTensorflowOptions,
  type TensorflowInstallation,
} from "./install-tensorflow.ts";
export { tfjsEngines } from "./tfjs-engines.ts";
export { type OpenTfjs, openTfjs } from "./open-tfjs.ts";
