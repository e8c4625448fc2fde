import { expect, test, vi } from 'vitest';
import { KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { GroupRuns } from '../../../../webhook/lookups/group-runs.ts';

const { signal } = new AbortController();
const QUERY = { namespace: 'team', hash: 'abc', most: 3 };

test('lists the names of the unfinished runs of a group, without their content', async () => {
  const list = vi.fn(() => Promise.resolve({ metadata: {}, items: [{ metadata: { name: 'a' } }] }));
  const groupRuns = new GroupRuns({ client: { list } as unknown as KubeClient, logger: { debug: vi.fn() } });
  expect(await groupRuns.unfinished(QUERY, signal)).toEqual(['a']);
  expect(list).toHaveBeenCalledExactlyOnceWith(
    expect.anything(),
    {
      namespace: 'team',
      labelSelector: 'hematoscope.app/concurrency-group=abc',
      fieldSelector: expect.stringContaining('status.phase!=Succeeded') as string,
      limit: 3,
    },
    expect.objectContaining({ metadataOnly: true }),
  );
});

test('finds none if the API server does not answer: the syncer decides', async () => {
  const list = () => Promise.reject(new KubeConnectionError('reset'));
  const groupRuns = new GroupRuns({ client: { list }, logger: { debug: vi.fn() } });
  expect(await groupRuns.unfinished(QUERY, signal)).toEqual([]);
});
