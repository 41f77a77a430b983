/** Ctrl-C in native code: the flag that stops a run is looked at before every step of every group. */
import { planProgram } from "@settle/kernels";
import { constant, phaseNames } from "@settle/program";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

import { buildLibrary, libraryKey } from "../src/build/build-library.ts";
import { findCompiler } from "../src/build/compiler.ts";
import { emitProgram } from "../src/emit/emit-program.ts";
import { openLibrary } from "../src/native-library.ts";
import { nativeRequest } from "../src/native-request.ts";
import { mapProgram } from "./map-program.ts";

const folder = mkdtempSync(join(tmpdir(), "settle-stop-test-"));
afterAll(() => rm(folder, { recursive: true }));
const found = await findCompiler({ notes: folder });

// Every step adds 1 to y, and the flag is the first number of y itself: the first step of the first group raises it.
const program = mapProgram(constant(1));
const lanes = found.ok ? found.compiler.target.width : 1;
const plan = planProgram(program, { lanes });
const single = planProgram(program, { lanes: 1 });

/** y of each group after a run of a thousand steps that stops itself. */
async function stepsMade(samples: number, laneGroups: number): Promise<readonly number[]> {
  if (!found.ok) throw new Error(found.reason);
  const { compiler } = found;
  const { files, room } = emitProgram(plan, compiler.target, single);
  const built = await buildLibrary(files, { key: libraryKey(files, compiler), compiler, folder });
  const library = await openLibrary(built.path);
  const offsetIn = ({ arrays }: typeof plan): number => arrays.find(({ buffer }) => buffer === "y")!.offset;
  const singles = samples - laneGroups * lanes;
  const behind = laneGroups * plan.sizes.group;
  const group = library.allocate(behind + singles * single.sizes.group + 64);
  const places = [
    ...Array.from({ length: laneGroups }, (_, k) => k * plan.sizes.group + offsetIn(plan)),
    ...Array.from({ length: singles }, (_, k) => behind + k * single.sizes.group + offsetIn(single)),
  ];
  const memory = {
    group,
    temporary: library.allocate(room.temporary),
    shared: library.allocate(room.shared),
    partial: library.allocate((laneGroups + singles) * plan.sizes.partial),
  };
  const schedule = [{ phase: phaseNames.indexOf("step"), times: 1000 }];
  const request = nativeRequest({ threads: 1, samples, laneGroups, schedule, inputs: [], outputs: [] });
  const flag = new Int32Array(group.buffer, group.byteOffset + 4 * places[0]!, 1);
  expect(await library.run(memory, request, flag)).toBe(true);
  const made = places.map((place) => group[place]!);
  library.unload();
  return made;
}

describe("once the flag is raised, a native run", () => {
  beforeEach(({ skip }) => skip(!found.ok, found.ok ? "" : found.reason));

  it("makes no further step of the group it is at, and none of the groups behind", async () => {
    expect(await stepsMade(3 * lanes, 3)).toEqual([1, 0, 0]);
  });

  it("makes no further step of samples taken one by one", async () => {
    expect(await stepsMade(3, 0)).toEqual([1, 0, 0]);
  });
});
