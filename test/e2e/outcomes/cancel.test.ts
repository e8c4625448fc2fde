import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job } from '../../../api/wire.ts';
import { eventually } from '../eventually.ts';
import { run, template } from '../objects.ts';
import { conditionTrue, Outcomes, shell, SLEEPS, stopsAfter, WAITS_FOR_TEMPLATE, type Work } from './outcomes.ts';

const outcomes = new Outcomes('e2e-cancel');
const { start, statusOf, reports, podsOf } = outcomes;

/** Runs that would run for long. */
const ended: Record<string, Work> = {
  patient: { container: stopsAfter(3), pod: { terminationGracePeriodSeconds: 60 } },
  suspended: { container: SLEEPS, run: { suspend: true } },
  'never-started': { container: { image: 'busybox:does-not-exist' } },
};

const cancel = (name: string) =>
  outcomes.place.kubectl('patch', 'jobrun', name, '--type=merge', '-p', '{"spec":{"cancel":true}}');

beforeAll(async () => {
  await outcomes.begin();
  await outcomes.install();
  await start(ended);
});
afterAll(async () => {
  await outcomes.end();
});

describe('cancel', () => {
  const byUser = async () => `the JobRun was cancelled by ${await userName()}`;
  const userName = () => outcomes.cluster.kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');
  const jobOf = async (name: string) =>
    (await outcomes.place.list<Job>('jobs', `hematoscope.app/job-run=${name}`)).map(
      ({ metadata }) => metadata?.annotations ?? {},
    );

  test('terminates the containers with their grace period, and then the run is Cancelled', async () => {
    await reports('patient', { phase: 'Running' });
    const [pod] = await podsOf('patient');
    const log = outcomes.place.kubectl('logs', '--follow', pod!.metadata!.name!);
    await cancel('patient');
    await reports('patient', { phase: 'Cancelled' });
    expect(await podsOf('patient')).toEqual([]);
    expect(await log).toBe('ready\nasked to stop\nstopped\n');
    const error = await byUser();
    expect(await statusOf('patient')).toMatchObject({
      error,
      conditions: conditionTrue('Failed', { reason: 'Cancelled', message: error }),
    });
    expect(await jobOf('patient')).toMatchObject([
      { 'hematoscope.app/stopped': expect.stringContaining(error) as string },
    ]);
    await eventually('the Event', async () => {
      const events = await outcomes.place.kubectl('describe', 'jobrun', 'patient');
      return events.includes(error) ? true : undefined;
    });
  });

  test('deletes the Job of a suspended run', async () => {
    await reports('suspended', { phase: 'Suspended' });
    await cancel('suspended');
    await reports('suspended', { phase: 'Cancelled', error: await byUser() });
    await eventually('no Job', async () => ((await jobOf('suspended')).length === 0 ? true : undefined));
  });

  test('ends a run whose Pods cannot start', async () => {
    await cancel('never-started');
    await reports('never-started', { phase: 'Cancelled' });
    expect(await podsOf('never-started')).toEqual([]);
  });

  test('ends a run that has no Job yet, and it gets none', async () => {
    await outcomes.place.accepted(run('no-template', 'no-template', {}, WAITS_FOR_TEMPLATE));
    await reports('no-template', { phase: 'Pending', waiting: { reason: 'WaitingForTemplate' } });
    await cancel('no-template');
    await reports('no-template', { phase: 'Cancelled', error: `${await byUser()} before it had a Job` });
    await outcomes.place.accepted(template('no-template', shell('true')));
    expect(await jobOf('no-template')).toEqual([]);
  });
});
