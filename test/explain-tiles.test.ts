/** `settle explain --after plan` says of the native engine what its C does. */
import { compile } from "@settle/compiler";
import { describeTiles } from "@settle/engine-native";
import { planProgram } from "@settle/kernels";
import { loadCircuit } from "@settle/settle";
import { expect, it } from "vitest";
import { chooseLanes } from "../packages/engine-native/src/choose-lanes.ts";
import { emitProgram } from "../packages/engine-native/src/emit/emit-program.ts";

const target = { width: 16, registers: 32 } as const;

it.each(["conv-ngc", "ngc"])("names the tiles that the C of %s keeps in registers", async (name) => {
  const { spec } = await loadCircuit(name);
  const compiled = compile(spec);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
  const { program } = compiled;
  const lanes = chooseLanes(program, target);
  const plan = planProgram(program, { lanes });
  const step = emitProgram(plan, target).files.find((file) => file.name === "step.c")?.text ?? "";
  const lines = describeTiles(program, target).split("samples by themselves")[0]!.split("\n");
  const kernels = plan.phases.step.group.flatMap((kernel, k) => (kernel.kind === "contract" ? [{ kernel, k }] : []));
  expect(kernels.length).toBe(8);
  for (const { kernel, k } of kernels) {
    const line = lines.find((each) => each.startsWith(`  ${kernel.label}: `)) ?? "";
    const [inputs = 0, channels = 0] = Array.from(line.matchAll(/(\d+) (?:position|vector|channel)s?/g), ([, n]) =>
      Number(n),
    );
    // The last sum of a tile of so many vectors and channels.
    const tiles = step.slice(step.indexOf(`step${k}_finish(`), step.indexOf(`static void step${k}(`));
    expect(tiles).toContain(`s${inputs - 1}_${channels - 1} = {0}`);
    expect(tiles).not.toContain(`s${inputs - 1}_${channels} = {0}`);
  }
});
