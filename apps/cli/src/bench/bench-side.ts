/** The process of a side: is told a circuit and an engine, then settles whenever it is asked. */
import { type CircuitSpec, createSession, type Session } from "@settle/settle";
import type { Measured, SideInfo, SideRequest } from "./side.ts";

export type SideMessage =
  | {
      readonly kind: "load";
      readonly spec: CircuitSpec;
      readonly engine: string;
      readonly seed: number;
      readonly threads?: number;
    }
  | ({ readonly kind: "settle" } & SideRequest);

export type SideReply =
  | { readonly kind: "loaded"; readonly info: SideInfo }
  | { readonly kind: "settled"; readonly measured: Measured }
  | { readonly kind: "failed"; readonly message: string };

let session: Session | undefined;
const fields = new Map<number, Readonly<Record<string, Float32Array>>>();

async function answer(message: SideMessage): Promise<SideReply> {
  if (message.kind === "load") {
    const { spec, engine, seed, threads } = message;
    const began = performance.now();
    session = await createSession(spec, { engine, seed, ...(threads !== undefined && { threads }) });
    const loadSeconds = (performance.now() - began) / 1000;
    return {
      kind: "loaded",
      info: { device: session.engine.device, steps: session.program.settle.steps, loadSeconds },
    };
  }
  if (session === undefined) throw new Error("nothing was loaded");
  const { samples, steps } = message;
  const batch = { count: samples, fields: fieldsFor(session, samples) };
  const cores = process.cpuUsage();
  const began = performance.now();
  const { discrepancy } = await session.settle(batch, steps === undefined ? {} : { steps });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cores);
  return {
    kind: "settled",
    measured: {
      seconds,
      coreSeconds: (user + system) / 1e6,
      // Kilobytes, of the whole process, at its largest.
      megabytes: process.resourceUsage().maxRSS / 1024,
      discrepancy: discrepancy.total,
    },
  };
}

/** What looks like noise between 0 and 1, the same for all sides. */
function fieldsFor({ program }: Session, samples: number): Readonly<Record<string, Float32Array>> {
  const known = fields.get(samples);
  if (known !== undefined) return known;
  const shapes = new Map(program.buffers.map(({ id, type }) => [id, type.shape]));
  const made = Object.fromEntries(
    program.observed.flatMap(({ field, data }) => {
      if (data === undefined) return [];
      const size = (shapes.get(data) ?? []).reduce((product, extent) => product * extent, samples);
      return [[field, Float32Array.from({ length: size }, (_, k) => (Math.sin(12.9898 * k) + 1) / 2)] as const];
    }),
  );
  fields.set(samples, made);
  return made;
}

const tell = (reply: SideReply): void => void process.send?.(reply);
process.on("message", (message: SideMessage) => {
  answer(message).then(tell, (fault: unknown) =>
    tell({ kind: "failed", message: fault instanceof Error ? fault.message : String(fault) }),
  );
});
process.on("disconnect", () => process.exit());
// The parent hears of Ctrl-C as well, and lets go.
process.on("SIGINT", () => undefined);
