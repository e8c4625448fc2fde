import type { Outcome } from './outcome.ts';

export interface StageResult {
  name: string;
  /** Undefined if the stage did not run. */
  outcome?: Outcome;
  seconds?: number;
  note?: string;
}

/** The end of the output of `npm test`: what ran, every failed check by name, and the line `N passed, N failed`. */
export function summary(results: readonly StageResult[]): string {
  const failures = results.flatMap(({ name, outcome }) =>
    (outcome?.failures ?? []).map((failure) => `${name.padEnd(12)} ${failure}`),
  );
  const total = {
    passed: sum(results.map(({ outcome }) => outcome?.passed ?? 0)),
    skipped: sum(results.map(({ outcome }) => outcome?.skipped ?? 0)),
    failures,
  };
  const failed = failures.length === 0 ? [] : ['── what failed', ...failures, ''];
  return ['── what ran', ...results.map(line), '', ...failed, counts(total)].join('\n');
}

function line({ name, outcome, seconds = 0, note }: StageResult): string {
  if (outcome === undefined) return `${name.padEnd(12)} not run: ${note ?? ''}`;
  return `${name.padEnd(12)} ${counts(outcome).padEnd(36)} ${seconds.toFixed(0).padStart(5)} s`;
}

function counts({ passed, failures, skipped }: Outcome): string {
  return `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
