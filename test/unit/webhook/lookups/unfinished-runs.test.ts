import { expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { ResponseTooLargeError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import type { ListPage, ReadOptions } from '../../../../kube/client/request-options.ts';
import { unfinishedRuns } from '../../../../webhook/lookups/unfinished-runs.ts';
import { echoRun } from '../../core/objects.ts';

const { signal } = new AbortController();
const KEY = { kind: 'JobTemplate', namespace: 'team', name: 'echo' } as const;

/** Returns these pages, one after the other, and records the requests. */
function paged(...pages: JobRun[][]) {
  const selections: ListPage[] = [];
  const list = (_resource: unknown, selection: ListPage) => {
    selections.push(selection);
    const items = pages[selections.length - 1] ?? [];
    const metadata = selections.length < pages.length ? { continue: `page-${selections.length}` } : { continue: '' };
    return Promise.resolve({ metadata, items });
  };
  return { client: { list } as unknown as Pick<KubeClient, 'list'>, selections };
}

it('counts the JobRuns of all pages', async () => {
  const { client, selections } = paged([echoRun(), echoRun()], [echoRun()]);
  expect(await unfinishedRuns(client, KEY, signal)).toEqual({ count: 3, atLeast: false });
  const fieldSelector =
    'spec.templateRef=echo,status.phase!=Succeeded,status.phase!=Failed,status.phase!=Cancelled,status.phase!=Unknown';
  expect(selections).toEqual([
    { namespace: 'team', fieldSelector, limit: 500 },
    { namespace: 'team', fieldSelector, limit: 500, continue: 'page-1' },
  ]);
});

it.each(['JobTemplate', 'ClusterJobTemplate'] as const)(
  'does not count the JobRuns of the other kind of template than %s with the same name',
  async (kind) => {
    const runs = ['job-template', 'cluster-job-template'].map((label) =>
      echoRun({}, { labels: { [`hematoscope.app/${label}`]: 'echo' } }),
    );
    expect(await unfinishedRuns(paged(runs).client, { ...KEY, kind }, signal)).toMatchObject({ count: 1 });
  },
);

it('requests smaller pages of metadata if a page is too large', async () => {
  const limits: (number | undefined)[] = [];
  const list = (_resource: unknown, { limit }: ListPage, { metadataOnly }: ReadOptions) => {
    limits.push(limit);
    expect(metadataOnly).toBe(true);
    return limits.length === 1
      ? Promise.reject(new ResponseTooLargeError('too large'))
      : Promise.resolve({ metadata: {}, items: [echoRun()] });
  };
  const client = { list } as unknown as Pick<KubeClient, 'list'>;
  expect(await unfinishedRuns(client, KEY, signal)).toEqual({ count: 1, atLeast: false });
  expect(limits).toEqual([500, 250]);
});

it('stops after ten pages', async () => {
  const { client, selections } = paged(...Array.from({ length: 12 }, () => [echoRun()]));
  expect(await unfinishedRuns(client, KEY, signal)).toEqual({ count: 10, atLeast: true });
  expect(selections).toHaveLength(10);
});
