/** Installs TensorFlow for tfjs:node-gpu: fetch, build, verify, and only then put in place. */
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { InstallTensorflowOptions, TensorflowInstallation } from "../install-tensorflow.ts";
import { buildAddon, fetchAddon, verifyAddon } from "./build-addon.ts";
import { fetchLibraries } from "./fetch-libraries.ts";
import { planInstallation } from "./installation-plan.ts";
import { requiredTools, thisPlatform } from "./required-tools.ts";
import { currentFile, tensorflowRoot } from "./tensorflow-folder.ts";

/** @param platform  as `requiredTools` takes it */
export async function install(
  { cuda = false, dryRun = false, root = tensorflowRoot(), onProgress, signal }: InstallTensorflowOptions,
  platform: string = thisPlatform(),
): Promise<TensorflowInstallation> {
  const plan = planInstallation(cuda, root);
  const total = plan.downloads.reduce((sum, { megabytes }) => sum + megabytes, 0);
  onProgress?.({
    kind: "plan",
    message: `fetches about ${total} MB (${plan.downloads.map((each) => `${each.what} from ${each.from}, ${each.megabytes} MB`).join("; ")}), takes about ${plan.diskMegabytes} MB in ${plan.folder}`,
  });
  for (const note of plan.notes) onProgress?.({ kind: "plan", message: note });
  const tools = await requiredTools(platform);
  if (dryRun) return { plan, installed: false };
  await mkdir(root, { recursive: true });
  await removeUnfinished(root);
  const unfinished = `${plan.folder}${unfinishedMark}${process.pid}`;
  const say = (message: string): void => onProgress?.({ kind: "step", message });
  try {
    await mkdir(unfinished);
    say(`fetching ${plan.wheel} and unpacking its libraries`);
    await fetchLibraries(unfinished, plan, tools, signal);
    say(`fetching ${plan.npmPackages.join(" and ")}`);
    await fetchAddon(unfinished, plan, signal);
    say("building the addon");
    await buildAddon(unfinished, tools, signal);
    say("checking that it computes");
    const verified = await verifyAddon(unfinished, signal);
    await rm(plan.folder, { recursive: true, force: true });
    await rename(unfinished, plan.folder);
    await writeCurrent(root, basename(plan.folder));
    return { plan, installed: true, ...verified };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

const unfinishedMark = ".unfinished-";

/** What an installation left behind whose process is gone. */
async function removeUnfinished(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = Number(name.split(unfinishedMark)[1]);
    if (Number.isInteger(pid) && !isRunning(pid)) await rm(join(root, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function writeCurrent(root: string, folder: string): Promise<void> {
  const target = join(root, currentFile);
  const draft = join(dirname(target), `${currentFile}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify({ folder })}\n`);
  await rename(draft, target);
}
