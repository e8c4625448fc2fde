import { beforeEach, expect, it } from 'vitest';
import { DryRunVerdicts } from '../../../../webhook/lookups/dry-run-verdicts.ts';
import type { JobToTry } from '../../../../webhook/lookups/job-to-try.ts';
import { FakeApiServer, refusal } from '../fake-api-server.ts';

const { signal } = new AbortController();
const job = (backoffLimit: number, bytes = 100): JobToTry => {
  const spec = { backoffLimit, template: { spec: { containers: [{ name: 'echo', image: 'busybox' }] } } };
  const tried = { metadata: { name: 'echo-1', namespace: 'team' }, spec };
  return { namespace: 'team', bytes, job: () => tried, release: () => undefined };
};

let apiServer: FakeApiServer;
let now: number;

beforeEach(() => {
  apiServer = new FakeApiServer();
  now = 1000;
});

const verdicts = (options: { enabled?: boolean; reuseSeconds?: number } = {}) =>
  new DryRunVerdicts({ client: apiServer, enabled: true, reuseSeconds: 10, now: () => now, ...options });

it('accepts every Job without a request when dry runs are disabled', async () => {
  expect(await verdicts({ enabled: false }).try(job(1), signal)).toEqual({ kind: 'accepted', warnings: [] });
  expect(apiServer.dryRuns).toEqual([]);
});

it('reuses an acceptance, with its warnings, until it expires', async () => {
  apiServer.onDryRun = ({ options }) => options.onWarning?.('careful');
  const each = verdicts();
  const accepted = { kind: 'accepted', warnings: ['careful'] };
  expect(await each.try(job(1), signal)).toEqual(accepted);
  now += 10_000;
  expect(await each.try(job(1), signal)).toEqual(accepted);
  expect(apiServer.dryRuns).toHaveLength(1);
  now += 1;
  await each.try(job(1), signal);
  expect(apiServer.dryRuns).toHaveLength(2);
});

it('does not reuse an acceptance for a Job that differs', async () => {
  const each = verdicts();
  await each.try(job(1), signal);
  await each.try(job(2), signal);
  expect(apiServer.dryRuns).toHaveLength(2);
});

it('runs each dry run when reuse is disabled', async () => {
  const each = verdicts({ reuseSeconds: 0 });
  await Promise.all([each.try(job(1), signal), each.try(job(1), signal)]);
  expect(apiServer.dryRuns).toHaveLength(2);
});

it('shares a running dry run, but not its refusal', async () => {
  const each = verdicts();
  await Promise.all([each.try(job(1), signal), each.try(job(1), signal)]);
  expect(apiServer.dryRuns).toHaveLength(1);
  apiServer.onDryRun = () => {
    throw refusal(403, 'exceeded quota', { name: 'x' });
  };
  const both = await Promise.all([each.try(job(2), signal), each.try(job(2), signal)]);
  expect(both).toMatchObject([{ kind: 'forbidden' }, { kind: 'forbidden' }]);
  expect(apiServer.dryRuns).toHaveLength(3);
  apiServer.onDryRun = () => undefined;
  expect(await each.try(job(2), signal)).toMatchObject({ kind: 'accepted' });
});

it('a Job that waits for the verdict on another is released meanwhile', async () => {
  const steps: string[] = [];
  const each = verdicts();
  const first = each.try(job(1), signal);
  const second = each.try({ ...job(1), release: () => steps.push('released') }, signal);
  expect(steps).toEqual(['released']);
  expect(await Promise.all([first, second])).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
  expect(apiServer.dryRuns).toHaveLength(1);
});

it.each([0, 10])('large Jobs take turns when verdicts are reused for %i seconds', async (reuseSeconds) => {
  const sent: unknown[] = [];
  const client = {
    create: (_resource: unknown, ...given: unknown[]) => {
      sent.push(given);
      return Promise.withResolvers<never>().promise;
    },
  };
  const each = new DryRunVerdicts({ client, enabled: true, reuseSeconds });
  const overdue = new AbortController();
  const both = [1, 2].map((limit) => each.try(job(limit, 8 * 1024 ** 2), overdue.signal));
  expect(sent).toHaveLength(1);
  overdue.abort();
  expect(await both[1]).toEqual({ kind: 'unknown', why: 'the dry runs of other large Jobs took too long' });
  expect(sent).toHaveLength(1);
});
