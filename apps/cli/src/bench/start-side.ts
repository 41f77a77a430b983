/** Starts a side in a process of its own: memory is then its own too. */
import type { CircuitSpec } from "@settle/settle";
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SideMessage, SideReply } from "./bench-side.ts";
import type { Side } from "./side.ts";

export interface SideOptions {
  readonly spec: CircuitSpec;
  readonly engine: string;
  readonly version: string;
  readonly seed: number;
  readonly threads?: number;
}

export function startSide({ spec, engine, version, seed, threads }: SideOptions): Side {
  const child = fork(fileURLToPath(new URL("./bench-side.js", import.meta.url)), [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ask = (message: SideMessage): Promise<SideReply> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the process of ${engine} ended with ${code}`));
      child.once("exit", ended);
      child.once("message", (reply: SideReply) => {
        child.off("exit", ended);
        if (reply.kind === "failed") reject(new Error(`${engine}: ${reply.message}`));
        else resolve(reply);
      });
      child.send(message);
    });
  return {
    engine,
    version,
    async load() {
      const reply = await ask({ kind: "load", spec, engine, seed, ...(threads !== undefined && { threads }) });
      if (reply.kind !== "loaded") throw new Error(`${engine} answered out of turn`);
      return reply.info;
    },
    async settle(request) {
      const reply = await ask({ kind: "settle", ...request });
      if (reply.kind !== "settled") throw new Error(`${engine} answered out of turn`);
      return reply.measured;
    },
    end() {
      if (child.connected) child.disconnect();
    },
  };
}
