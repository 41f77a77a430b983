import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@settle/source"] },
  ssr: { resolve: { conditions: ["@settle/source"] } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "apps/*/test/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
