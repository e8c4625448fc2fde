import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobRunStatus } from '../../../api/job-run.ts';
import { eventually } from '../eventually.ts';
import { execute } from '../execute.ts';
import { release, releaseNamespace } from '../install.ts';
import { run, template } from '../objects.ts';
import { Outcomes, shell } from './outcomes.ts';

const namespace = 'e2e-turned-off';
const outcomes = new Outcomes(namespace);
const { start, statusOf, reports, podsOf } = outcomes;

beforeAll(async () => {
  await outcomes.begin();
  await outcomes.install('--set', 'syncer.reads.pods=false,syncer.reads.events=false');
  await outcomes.place.accepted(template('with-callback', shell('true')));
});
afterAll(async () => {
  await outcomes.end();
});

describe('what the chart turns off', { concurrent: false }, () => {
  test('is left out: only the Job reports why a run failed', async () => {
    await start({ unread: { container: shell('echo secret; exit 3') } });
    await reports('unread', { phase: 'Failed' });
    const status = await statusOf('unread');
    expect(status).not.toHaveProperty('failure');
    expect(status.error).toBe('Job failed: BackoffLimitExceeded: Job has reached the specified backoff limit');
    const [pod] = await podsOf('unread');
    expect(pod!.status?.containerStatuses?.[0]?.state?.terminated).not.toHaveProperty('message');
  });

  test('is left out: a run does not report why it waits', async () => {
    const container = { image: 'busybox:does-not-exist' };
    await start({ 'waits-silently': { container, spec: { activeDeadlineSeconds: 12 } } });
    const seen: JobRunStatus[] = [];
    await eventually('the deadline', async () => {
      seen.push(await statusOf('waits-silently'));
      return seen.at(-1)?.phase === 'Failed' ? true : undefined;
    });
    expect(seen.filter(({ waiting: why }) => why !== undefined)).toEqual([]);
  });

  test('is forbidden to the syncer', async () => {
    const account = `system:serviceaccount:${releaseNamespace}:${release}`;
    const can = async (resource: string) =>
      (
        await execute([outcomes.cluster.kubectlPath, 'auth', 'can-i', 'list', resource, '-A', '--as', account], {
          env: outcomes.cluster.environment,
        })
      ).stdout.trim();
    expect(await Promise.all(['jobs', 'pods', 'events'].map(can))).toEqual(['yes', 'no', 'no']);
  });

  test('callbacks: a run with one is refused, and the message names the value of the chart', async () => {
    const denied = await outcomes.place.apply(
      run('refused', 'with-callback', { callbackUrl: `https://receiver.${namespace}.svc.cluster.local` }),
    );
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('spec.callbackUrl: Forbidden');
    expect(denied.stderr).toContain('callbacks.allowedHosts');
  });
});
