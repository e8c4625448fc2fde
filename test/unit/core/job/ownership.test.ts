import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { jobName } from '../../../../core/job/job-name.ts';
import { controllingRun, isOwnJob, jobNameOfRun } from '../../../../core/job/ownership.ts';
import { echoRun } from '../objects.ts';

const RUN = echoRun();
const OWNER = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: RUN.metadata.uid! };
const jobOf = (owner: object): Job => ({
  metadata: { name: jobNameOfRun(RUN), ownerReferences: [{ ...OWNER, controller: true, ...owner }] },
});

describe('a Job belongs to a run', () => {
  it.each([
    ['that controls it', {}, true],
    ['that controls it with another version of the API', { apiVersion: 'hematoscope.app/v2' }, true],
    ['but not to another run with the same name', { uid: 'other' }, false],
    ['but not to a run that owns it without controlling it', { controller: false }, false],
    ['but not to an object of another kind', { kind: 'CronJob' }, false],
    ['but not to an object of another group', { apiVersion: 'example.com/v1' }, false],
  ])('%s', (_sentence, owner, expected) => {
    expect(isOwnJob(jobOf(owner), RUN)).toBe(expected);
  });

  it.each([
    ['another name than the Job of the run', 'not-its-job'],
    ['no name', undefined],
  ])('but not if it has %s, though the run controls it', (_sentence, name) => {
    const job = jobOf({});
    expect(isOwnJob({ metadata: { ...job.metadata, name: name! } }, RUN)).toBe(false);
  });

  it('under the name that the status of the run has', () => {
    const run = { ...RUN, status: { jobName: 'recorded' } };
    expect(isOwnJob(jobOf({}), run)).toBe(false);
    expect(isOwnJob({ metadata: { ...jobOf({}).metadata, name: 'recorded' } }, run)).toBe(true);
  });

  it('but not if the run had another Job with that name', () => {
    const run = { ...RUN, status: { jobUid: 'its-job' } };
    const withUid = (uid: string): Job => ({ metadata: { ...jobOf({}).metadata, uid } });
    expect(isOwnJob(withUid('its-job'), run)).toBe(true);
    expect(isOwnJob(withUid('made-by-hand'), run)).toBe(false);
    expect(isOwnJob(withUid('made-by-hand'), RUN)).toBe(true);
    expect(isOwnJob(withUid('made-by-hand'), RUN, 'its-job')).toBe(false);
  });

  it('but not to a run that is not stored yet', () => {
    expect(isOwnJob({ metadata: {} }, { ...RUN, metadata: { name: 'echo-hello', namespace: 'team' } })).toBe(false);
  });

  it('that the owner reference names', () => {
    expect(controllingRun(jobOf({}))?.name).toBe('echo-hello');
    expect(controllingRun({})).toBeUndefined();
  });
});

describe("the name of a run's Job", () => {
  it('is derived from the name and the uid of the run', () => {
    expect(jobNameOfRun(RUN)).toBe(jobName('echo-hello', RUN.metadata.uid!));
  });

  it('is the name in the status', () => {
    expect(jobNameOfRun({ ...RUN, status: { jobName: 'recorded' } })).toBe('recorded');
  });
});
