import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobRun } from '../../../api/job-run.ts';
import type { Job } from '../../../api/wire.ts';
import { run, template } from '../objects.ts';
import { Outcomes, stopsAfter } from './outcomes.ts';

const outcomes = new Outcomes('e2e-concurrency');
const { reports, podsOf } = outcomes;
const place = () => outcomes.place;

/** Long enough that a Job which does not wait for the Pods is created before they have ended. */
const STOP_SECONDS = 5;

beforeAll(async () => {
  await outcomes.begin();
  await outcomes.install();
  for (const policy of ['Queue', 'Replace']) {
    const content = { runs: { concurrency: { policy } } };
    const pod = { terminationGracePeriodSeconds: 60 };
    await place().accepted(template(policy.toLowerCase(), stopsAfter(STOP_SECONDS), { content, pod }));
  }
});
afterAll(async () => {
  await outcomes.end();
});

describe('with a limit of one, the Job of the next run is created once the Pods of the last one have ended', () => {
  const begin = async (name: string, of: string): Promise<void> => {
    await place().accepted(run(name, of));
  };
  /** When the container of the running Pod of this run has written its last line. */
  const endOf = async (name: string): Promise<() => Promise<number>> => {
    await reports(name, { phase: 'Running', ready: 1 });
    const [pod] = await podsOf(name);
    const log = place().kubectl('logs', '--follow', '--timestamps', pod!.metadata!.name!);
    return async () => {
      const last = (await log).trimEnd().split('\n').at(-1) ?? '';
      expect(last).toMatch(/ stopped$/);
      return Date.parse(last.split(' ')[0] ?? '');
    };
  };
  /** The API server counts creation times in seconds. */
  const createdAfter = async (name: string): Promise<number> => {
    await reports(name, { phase: 'Running' });
    const { status } = await place().get<JobRun>('jobrun', name);
    const job = await place().get<Job>('job', status?.jobName ?? '');
    return Date.parse(job.metadata?.creationTimestamp ?? '') + 1_000;
  };
  const cancel = (name: string) =>
    place().kubectl('patch', 'jobrun', name, '--type=merge', '-p', '{"spec":{"cancel":true}}');

  test('in a queue, after a run that was cancelled, and one that was deleted', async () => {
    await begin('first', 'queue');
    const endOfFirst = await endOf('first');
    await begin('second', 'queue');
    await reports('second', { phase: 'Queued', waiting: { reason: 'Queued' } });
    await cancel('first');
    await reports('first', { phase: 'Cancelled' });
    expect(await createdAfter('second')).toBeGreaterThan(await endOfFirst());

    const endOfSecond = await endOf('second');
    await begin('third', 'queue');
    await reports('third', { phase: 'Queued' });
    await place().kubectl('delete', 'jobrun', 'second', '--wait=false');
    expect(await createdAfter('third')).toBeGreaterThan(await endOfSecond());
  });

  test('if it replaces the last one', async () => {
    await begin('older', 'replace');
    const end = await endOf('older');
    await begin('newer', 'replace');
    await reports('older', { phase: 'Cancelled', error: 'the JobRun was replaced by JobRun "newer"' });
    expect(await createdAfter('newer')).toBeGreaterThan(await end());
  });
});
