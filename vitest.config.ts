import { defineConfig } from 'vitest/config';

/** Builds Kubernetes once, which takes longer than the timeout of any hook. */
const globalSetup = ['local-kubernetes/programs/all-programs.ts'];

/** The inputs of properties are the same in every run. */
const setupFiles = ['test/property-seed.ts'];

/** The kinds of tests, from quickest to slowest; `npm test` runs them in this order. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', setupFiles, include: ['test/unit/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          globalSetup,
          include: ['test/integration/**/*.test.ts'],
          // Each file starts its own API server. Running them one after the other keeps the machine quiet.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults',
          globalSetup,
          setupFiles,
          include: ['test/faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'chart',
          globalSetup,
          include: ['test/chart/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup,
          include: ['test/e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
