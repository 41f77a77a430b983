#!/usr/bin/env node
// Committed, because a package manager links a command only if its target exists when it installs.
import { existsSync } from "node:fs";

const built = new URL("../dist/index.js", import.meta.url);
if (existsSync(built)) {
  const { runInProcess } = await import(built.href);
  await runInProcess();
} else {
  process.stderr.write("settle is not built yet. Type this in the repository's root: npm run setup\n");
  process.exitCode = 2;
}
