import fc from 'fast-check';

/**
 * Properties are checked with the same inputs in every run, so that a change is judged by what it changes. New inputs are
 * tried with `PROPERTY_SEED=random`; a failure then prints its seed.
 */
const seed = process.env.PROPERTY_SEED ?? '20261101';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
