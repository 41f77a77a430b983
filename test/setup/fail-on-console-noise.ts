/** Fails any test that prints: what a library has to say belongs into its results, and noise hides what matters. */
import { format } from "node:util";
import { afterEach, beforeEach } from "vitest";

const methods = ["debug", "error", "info", "log", "trace", "warn"] as const;
const noise: string[] = [];

// At once, so that what is printed while a test file loads counts for its first test.
for (const method of methods) {
  console[method] = (...values: unknown[]) => {
    noise.push(`console.${method}: ${format(...values)}`);
  };
}

beforeEach(failOnNoise);
afterEach(failOnNoise);

function failOnNoise(): void {
  if (noise.length === 0) return;
  throw new Error(`Printed to the console:\n${noise.splice(0).join("\n")}`);
}
