import { defineConfig } from 'vitest/config';

/** The unit tests that Stryker runs for each mutant (see docs/mutation-testing.md). */
export default defineConfig({
  test: {
    include: ['test/unit/{core,webhook,syncer,revisions}/**/*.test.ts'],
    // It starts processes of its own, which mutants do not reach.
    exclude: ['test/unit/webhook/process.test.ts'],
    // Most of a mutant's time is importing modules. No module of ours keeps state, so the files can share them.
    isolate: false,
  },
});
