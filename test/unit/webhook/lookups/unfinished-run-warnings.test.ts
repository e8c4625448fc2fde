import { expect, it } from 'vitest';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { UnfinishedRunWarnings } from '../../../../webhook/lookups/unfinished-run-warnings.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';
import { noAnswer } from '../fake-api-server.ts';
import { ECHO_SPEC, jobTemplateReview } from '../reviews.ts';

const { signal } = new AbortController();
const oldObject = { ...echoTemplate(), kind: 'JobTemplate' };

async function warnings(count: number | Error, operation: 'UPDATE' | 'DELETE', more = false): Promise<string[]> {
  const items = typeof count === 'number' ? Array.from({ length: count }, () => echoRun()) : [];
  const list = () =>
    typeof count === 'number'
      ? Promise.resolve({ metadata: more ? { continue: 'more' } : {}, items })
      : Promise.reject(count);
  const client = { list } as unknown as Pick<KubeClient, 'list'>;
  const { request } = jobTemplateReview(ECHO_SPEC, {}, { operation, oldObject });
  return new UnfinishedRunWarnings({ client, logger: { debug: () => undefined } }).warnings(request, signal);
}

it.each([
  [
    1,
    'DELETE',
    '1 JobRun of JobTemplate "echo" is not finished: it continues if its Job exists; without a Job, a run can fail with the reason TemplateDeleted',
  ],
  [
    2,
    'DELETE',
    '2 JobRuns of JobTemplate "echo" are not finished: those whose Job exists continue; without a Job, a run can fail with the reason TemplateDeleted',
  ],
  [1, 'UPDATE', '1 JobRun of JobTemplate "echo" is not finished: it keeps the revision it was admitted with'],
  [2, 'UPDATE', '2 JobRuns of JobTemplate "echo" are not finished: they keep the revisions they were admitted with'],
] as const)('%i unfinished on %s', async (count, operation, warning) => {
  expect(await warnings(count, operation)).toEqual([warning]);
});

it('counts no further than the pages it reads', async () => {
  expect((await warnings(1, 'UPDATE', true))[0]).toMatch(/^at least 10 JobRuns of /);
});

it.each([
  ['without unfinished JobRuns', 0],
  ['if they cannot be counted', noAnswer()],
])('does not warn %s', async (_, count) => {
  expect(await warnings(count, 'DELETE')).toEqual([]);
});

it('counts for two requests of a namespace at once, and for eight of all', async () => {
  const started: (string | undefined)[] = [];
  const { promise: answer, resolve } = Promise.withResolvers<object>();
  const list = (_resource: unknown, { namespace }: { namespace?: string }) => (started.push(namespace), answer);
  const client = { list } as unknown as Pick<KubeClient, 'list'>;
  const counting = new UnfinishedRunWarnings({ client, logger: { debug: () => undefined } });
  const requested = ['a', 'a', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((namespace) => {
    const of = { ...oldObject, metadata: { ...oldObject.metadata, namespace } };
    const { request } = jobTemplateReview(ECHO_SPEC, {}, { operation: 'DELETE', oldObject: of, namespace });
    return counting.warnings(request, signal);
  });
  expect(started).toEqual(['a', 'a', 'b', 'c', 'd', 'e', 'f', 'g']);
  resolve({ metadata: {}, items: [echoRun()] });
  expect((await Promise.all(requested)).map((warned) => warned.length)).toEqual([1, 1, 0, 1, 1, 1, 1, 1, 1, 0]);
  const { request } = jobTemplateReview(ECHO_SPEC, {}, { operation: 'DELETE', oldObject });
  expect(await counting.warnings(request, signal)).toHaveLength(1);
});
