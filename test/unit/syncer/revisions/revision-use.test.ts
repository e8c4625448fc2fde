import { expect, it } from 'vitest';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { isRevisionInUse } from '../../../../syncer/revisions/revision-use.ts';
import { echoRun } from '../../core/objects.ts';

const KEY = { kind: 'JobTemplate', namespace: 'team', name: 'echo' } as const;

it.each([
  ['in use if the API server has an unfinished run of it', [echoRun()], true],
  ['not in use without a run', [], false],
])('a revision is %s', async (_sentence, items, expected) => {
  const requests: unknown[] = [];
  const client = {
    list: (...request: unknown[]) => (requests.push(request.slice(1)), Promise.resolve({ metadata: {}, items })),
  } as unknown as Pick<KubeClient, 'list'>;
  expect(await isRevisionInUse(client, KEY, '0123456789')).toBe(expected);
  expect(requests).toEqual([
    [
      {
        namespace: 'team',
        fieldSelector:
          'spec.templateRef=echo,spec.templateRevision=0123456789,status.phase!=Succeeded,status.phase!=Failed,status.phase!=Cancelled,status.phase!=Unknown',
        limit: 1,
      },
    ],
  ]);
});
