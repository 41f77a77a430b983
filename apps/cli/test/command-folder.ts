/** Where the commands of a test file find and leave their files; removed at its end. */
import { settle } from "./fake-terminal.ts";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";

export const folder = mkdtempSync(join(tmpdir(), "settle-commands-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a command prints with --json. */
export async function json(...args: string[]): Promise<unknown> {
  const { code, stdout } = await settle([...args, "--json"], { cwd: folder });
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** A template of circuits. */
export const familyText = JSON.stringify({
  version: 1,
  name: "family",
  parameters: {
    units: { default: 3, min: 1, max: 9, integer: true, description: "hidden units" },
    phi: { default: "tanh", options: ["tanh", "relu"] },
  },
  states: {
    x: { shape: [8], observed: { data: "image" } },
    z: { shape: [{ $parameter: "units" }], activation: { $parameter: "phi" } },
  },
  errors: { e: { target: "x" } },
  synapses: { W: { from: "z", to: "e", kind: "dense" } },
});
