import { defineConfig } from 'vitest/config';

/** The unit tests that Stryker runs for each mutant (see docs/mutation-testing.md). */
export default defineConfig({
  test: {
    setupFiles: ['test/property-seed.ts'],
    include: ['test/unit/{core,webhook,syncer,revisions}/**/*.test.ts'],
    // It starts child processes, which mutants do not reach.
    exclude: ['test/unit/webhook/process.test.ts'],
    // Most of the time of a mutant is spent on imports. Our modules have no state, so the test files can share them.
    isolate: false,
  },
});
