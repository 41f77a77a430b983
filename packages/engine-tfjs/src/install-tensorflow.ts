/** Gives `tfjs:node-gpu` and `tfjs:node` a TensorFlow on this machine. */
import type { Verified } from "./install/build-addon.ts";
import type { InstallationPlan } from "./install/installation-plan.ts";

export interface InstallTensorflowOptions {
  /** The build for NVIDIA GPUs, with the CUDA libraries it needs. Not tried on a GPU yet. Default false. */
  readonly cuda?: boolean;
  /** Says what would be done, checks the tools, and does nothing. */
  readonly dryRun?: boolean;
  /** The folder installations lie in; default: `SETTLE_TENSORFLOW`, or one in the user's cache folder. */
  readonly root?: string;
  /** First what will be fetched, how much, and where it goes (`plan`), then each step. */
  readonly onProgress?: (event: InstallationEvent) => void;
  readonly signal?: AbortSignal;
}

export interface InstallationEvent {
  readonly kind: "plan" | "step";
  readonly message: string;
}

export type TensorflowInstallation =
  | ({ readonly installed: true; readonly plan: InstallationPlan } & Verified)
  /** A dry run. */
  | { readonly installed: false; readonly plan: InstallationPlan };

/**
 * Fetches TensorFlow's libraries through pip and tfjs-node-gpu through npm, builds the addon, verifies it by a matrix
 * product in a process of its own, and puts it in place whole: an installation that was broken off leaves what was there
 * before.
 *
 * @throws {SettleError} `install/unsupported-platform`, `install/missing-tool`, `install/download-failed`,
 *   `install/damaged-download`, `install/build-failed`, `install/verification-failed`
 */
export async function installTensorflow(options: InstallTensorflowOptions = {}): Promise<TensorflowInstallation> {
  const { install } = await import("./install/install.ts");
  return install(options);
}
