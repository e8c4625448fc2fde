import { describe, expect, it } from 'vitest';
import type { TemplateOutline } from '../../../../core/template/outline.ts';
import { removesRuns, retentionOf } from '../../../../core/retention/retention-policy.ts';

const NONE = {
  ttlSecondsAfterFinished: undefined,
  successfulRunsHistoryLimit: undefined,
  failedRunsHistoryLimit: undefined,
};
const DEFAULTS = { ...NONE, ttlSecondsAfterFinished: 60, failedRunsHistoryLimit: 1 };

const cases: [string, unknown, object][] = [
  ['that was deleted has the defaults', undefined, DEFAULTS],
  ['that sets nothing has the defaults', {}, DEFAULTS],
  ['that sets something else of its runs has the defaults', { runs: {} }, DEFAULTS],
  [
    'that sets one limit has only that limit',
    { runs: { retention: { successfulRunsHistoryLimit: 0 } } },
    { ...NONE, successfulRunsHistoryLimit: 0 },
  ],
  ['whose retention is empty retains all', { runs: { retention: {} } }, NONE],
  [
    'that was stored without a check uses what is a number from 0',
    {
      runs: { retention: { ttlSecondsAfterFinished: '5', successfulRunsHistoryLimit: -1, failedRunsHistoryLimit: 2 } },
    },
    { ...NONE, failedRunsHistoryLimit: 2 },
  ],
  ['whose retention is not an object retains all', { runs: { retention: 'all' } }, NONE],
];

describe('a template', () => {
  it.each(cases)('%s', (_what, template, expected) => {
    expect(retentionOf(template as TemplateOutline | undefined, DEFAULTS)).toEqual(expected);
  });
});

it('a policy removes runs if it sets anything, also 0', () => {
  expect(removesRuns(NONE)).toBe(false);
  expect(removesRuns({})).toBe(false);
  expect(removesRuns({ ...NONE, failedRunsHistoryLimit: 0 })).toBe(true);
});
