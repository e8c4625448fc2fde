import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job, JobSpec } from '../../../../api/wire.ts';
import { jobExpiry, withBackstop } from '../../../../core/job/job-ttl.ts';

const TTL = 'hematoscope.app/ttl-seconds-after-finished';
const FINISHED = '2026-11-23T10:00:00Z';

const specWith = (ttlSecondsAfterFinished: unknown): JobSpec => ({ template: {}, ttlSecondsAfterFinished }) as JobSpec;

describe('the time to live of a Job', () => {
  it.each<[string, unknown, number | undefined, string | undefined]>([
    ['of no time is an hour', 0, 3600, '0'],
    ['of less than an hour is an hour', 3599, 3600, '3599'],
    ['of an hour stays', 3600, 3600, undefined],
    ['of a day stays', 86_400, 86_400, undefined],
    ['that the API server refuses stays', -1, -1, undefined],
    ['that is no number stays', 'soon', 'soon' as never, undefined],
  ])('%s', (_sentence, seconds, stored, annotation) => {
    const { spec, annotations } = withBackstop(specWith(seconds));
    expect(spec.ttlSecondsAfterFinished).toBe(stored);
    expect(annotations[TTL]).toBe(annotation);
  });

  it('is not set if none was requested', () => {
    expect(withBackstop({ template: {} })).toEqual({ spec: { template: {} }, annotations: {} });
  });
});

const jobWith = (annotation: string | undefined, status: Job['status']): Job => ({
  metadata: { name: 'a', ...(annotation !== undefined && { annotations: { [TTL]: annotation } }) },
  ...(status && { status }),
});
const ended = (type: string, more: object = { lastTransitionTime: FINISHED }): Job['status'] => ({
  conditions: [{ type, status: 'True', ...more }],
});

describe('the syncer deletes a Job', () => {
  it.each<[string, Job, string | undefined]>([
    ['that succeeded when its time is over', jobWith('5', ended('Complete')), '2026-11-23T10:00:05.000Z'],
    ['that failed when its time is over', jobWith('0', ended('Failed')), '2026-11-23T10:00:00.000Z'],
    [
      'by its completion time if its condition has no time',
      jobWith('0', { ...ended('Complete', {}), completionTime: FINISHED }),
      '2026-11-23T10:00:00.000Z',
    ],
    ['never if it has not finished', jobWith('0', { active: 1 }), undefined],
    ['never if its outcome is only decided', jobWith('0', ended('FailureTarget')), undefined],
    ['never if no time was requested', jobWith(undefined, ended('Complete')), undefined],
    ['never if it is not known when it finished', jobWith('0', ended('Complete', {})), undefined],
    ['never if somebody changed the annotation to something else', jobWith('-5', ended('Complete')), undefined],
  ])('%s', (_sentence, job, expected) => {
    const expiry = jobExpiry(job);
    expect(expiry === undefined ? undefined : new Date(expiry).toISOString()).toBe(expected);
  });

  it('exactly the requested time after it finished, whatever that was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3599 }), (seconds) => {
        const { annotations } = withBackstop(specWith(seconds));
        expect(jobExpiry(jobWith(annotations[TTL], ended('Complete')))).toBe(Date.parse(FINISHED) + seconds * 1000);
      }),
    );
  });
});
