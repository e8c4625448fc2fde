import { describe, expect, it } from 'vitest';
import { appliedGeneration } from '../../../../core/run/suspend-step.ts';
import { echoRun } from '../objects.ts';

const reported = { ...echoRun({}, { generation: 4 }), status: { observedGeneration: 3 } };

/** The steps are tested in next-step/suspend.test.ts. */
describe('the generation that is applied to a Job', () => {
  it.each([
    ['is the one that was applied last', { run: reported, record: { appliedGeneration: 4 } }, 4],
    ['is the one that the status reports', { run: reported, record: {} }, 3],
    ['is the first one of a run without a status', { run: echoRun({}, { generation: 4 }), record: {} }, 1],
    [
      'is the first one of a run that has only the status that the API server adds',
      { run: { ...reported, status: { observedGeneration: -1 } }, record: {} },
      1,
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(appliedGeneration(given)).toBe(expected);
  });
});
