import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobStatus } from '../../../../api/wire.ts';
import { boundedJobStatus } from '../../../../core/status/bounded-job-status.ts';

const MOST_BYTES = 400_000;
const COMPLETE = { type: 'Complete', status: 'True', reason: 'CompletionsReached', message: 'Reached' };

describe('the mirrored status of a Job', () => {
  it('is the same for what Kubernetes writes', () => {
    const status: JobStatus = {
      active: 1,
      ready: 0,
      completedIndexes: '1,3-5,7',
      failedIndexes: '',
      conditions: [COMPLETE],
    };
    expect(boundedJobStatus(status)).toEqual(status);
    expect(boundedJobStatus({})).toEqual({});
  });

  it('has the start and the end of a long message', () => {
    const message = `start${'x'.repeat(10_000)}end`;
    const [condition] = boundedJobStatus({ conditions: [{ ...COMPLETE, message }] }).conditions!;
    expect(condition?.message).toMatch(/^startx+ \.\.\. x+end$/);
    expect(condition?.message?.length).toBeLessThanOrEqual(4096);
  });

  it('has whole ranges of indexes', () => {
    const indexes = Array.from({ length: 50_000 }, (_, index) => 2 * index).join(',');
    const { completedIndexes = '' } = boundedJobStatus({ completedIndexes: indexes });
    expect(completedIndexes.endsWith(',...')).toBe(true);
    expect(indexes.startsWith(`${completedIndexes.slice(0, -4)},`)).toBe(true);
    expect(completedIndexes.length).toBeLessThanOrEqual(32_768);
  });

  it('has no part of a text that is no list of indexes', () => {
    expect(boundedJobStatus({ failedIndexes: 'x'.repeat(100_000) }).failedIndexes).toBe(',...');
  });

  it('retains the outcome among many conditions, in their order', () => {
    const others = Array.from({ length: 500 }, (_, index) => ({ type: `Other${index}`, status: 'False' }));
    const { conditions = [] } = boundedJobStatus({ conditions: [...others, COMPLETE] });
    expect(conditions).toHaveLength(32);
    expect(conditions.at(-1)).toEqual(COMPLETE);
    expect(conditions[0]).toEqual(others[0]);
  });

  it('is bounded, whatever the status of the Job is', () => {
    const text = fc.nat({ max: 200_000 }).map((length) => '1,'.repeat(length / 2));
    const condition = fc.record({
      type: fc.string(),
      status: fc.constantFrom('True', 'False'),
      reason: text,
      message: text,
    });
    fc.assert(
      fc.property(text, fc.array(condition, { maxLength: 60 }), (indexes, conditions) => {
        const bounded = boundedJobStatus({ completedIndexes: indexes, failedIndexes: indexes, conditions });
        expect(JSON.stringify(bounded).length).toBeLessThan(MOST_BYTES);
      }),
      { numRuns: 30 },
    );
  });
});
