import { settleError } from "@settle/diagnostics";
import type { Engine } from "@settle/runtime";
import type { Backend } from "./backends/backend.ts";
import { TfjsExecutable } from "./tfjs-executable.ts";

/** The engine that runs Programs on one tfjs backend. */
export function tfjsEngine(backend: Backend): Engine {
  const { name, description, tfName, traits } = backend;
  return {
    name,
    description,
    async probe() {
      const opening = await backend.open();
      if (!opening.ok) return { available: false, ...opening.unavailable };
      const { device, version } = opening.backend;
      return { available: true, device, version };
    },
    async load(program) {
      const opening = await backend.open();
      if (!opening.ok) {
        const { reason, remedy } = opening.unavailable;
        throw settleError("engine/unavailable", `Engine "${name}" does not work here: ${reason}.`, {
          ...(remedy !== undefined && { help: remedy }),
        });
      }
      const { tf, device } = opening.backend;
      const info = { name, device, dtype: "float32", deterministic: traits.deterministic } as const;
      return new TfjsExecutable(program, info, tf, tfName, traits);
    },
  };
}
