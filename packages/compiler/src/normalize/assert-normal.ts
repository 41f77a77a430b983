/** What must hold of a NormalCircuit whatever the user wrote. */
import { assertThat } from "../fault.ts";
import type { NormalCircuit } from "./normal-circuit.ts";

export function assertNormal(circuit: NormalCircuit): void {
  for (const parts of [circuit.states, circuit.errors, circuit.synapses, circuit.laterals]) {
    parts.forEach(({ id }, index) => {
      const before = parts[index - 1]?.id;
      assertThat(before === undefined || before < id, `parts are in order of id: ${before}, ${id}`);
    });
  }
  const synapses = new Set(circuit.synapses.map(({ id }) => id));
  const twins = circuit.errorSynapses.map(({ twin }) => twin);
  assertThat(new Set(twins).size === twins.length, "a generative synapse has at most one error synapse");
  for (const twin of twins) assertThat(synapses.has(twin), `error synapse of the unknown synapse ${twin}`);
}
