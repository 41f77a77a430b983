import { defineConfig } from "vitest/config";

export default defineConfig({
  // Tests run on the sources: nothing has to be built first.
  resolve: { conditions: ["@settle/source"] },
  ssr: { resolve: { conditions: ["@settle/source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "bench/**/*.test.ts", "test/**/*.test.ts"],
    reporters: ["default", "./test/setup/announce-skipped.ts"],
    setupFiles: ["./test/setup/fail-on-console-noise.ts"],
    testTimeout: 60_000,
    // Engines are busy for long stretches: more workers than a small machine's cores only get in each other's way.
    maxWorkers: 2,
    // A test that is switched off, or the only one switched on, does not reach the repository unseen.
    allowOnly: false,
  },
});
