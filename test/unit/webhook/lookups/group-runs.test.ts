import { expect, it, vi } from 'vitest';
import { KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { GroupRuns, type GroupQuery } from '../../../../webhook/lookups/group-runs.ts';

const { signal } = new AbortController();
const QUERY: GroupQuery = { namespace: 'team', hash: 'abc', most: 3 };

const groupRunsWith = (names: KubeClient['names']) => new GroupRuns({ client: { names }, logger: { debug: vi.fn() } });

/** Each list is answered when the test says so. */
function answeredLater() {
  const answers: ((names: string[]) => void)[] = [];
  const names = vi.fn(() => new Promise<string[]>((resolve) => answers.push(resolve)));
  return { answers, groupRuns: groupRunsWith(names) };
}

it('lists the names of the unfinished runs of a group, and nothing else of them', async () => {
  const names = vi.fn(() => Promise.resolve(['a']));
  expect(await groupRunsWith(names).unfinished(QUERY, signal)).toEqual({ kind: 'known', names: ['a'] });
  expect(names).toHaveBeenCalledExactlyOnceWith(
    expect.anything(),
    {
      namespace: 'team',
      labelSelector: 'hematoscope.app/concurrency-group=abc',
      fieldSelector: expect.stringContaining('status.phase!=Succeeded') as string,
      limit: 3,
    },
    expect.anything(),
  );
});

it('says why they are not known if the API server does not answer', async () => {
  const groupRuns = groupRunsWith(() => Promise.reject(new KubeConnectionError('reset')));
  expect(await groupRuns.unfinished(QUERY, signal)).toEqual({ kind: 'unknown', why: 'reset' });
});

it('says why they are not known if the time of the review is over', async () => {
  const { groupRuns } = answeredLater();
  const review = new AbortController();
  const answer = groupRuns.unfinished(QUERY, review.signal);
  review.abort();
  expect(await answer).toEqual({ kind: 'unknown', why: 'the API server took too long to answer' });
});

it('throws what is no failure of the API server', async () => {
  await expect(groupRunsWith(() => Promise.reject(new TypeError('bug'))).unfinished(QUERY, signal)).rejects.toThrow(
    'bug',
  );
});

it('reviews of one group that arrive during a list share the next one', async () => {
  const { answers, groupRuns } = answeredLater();
  const first = groupRuns.unfinished(QUERY, signal);
  const later = Array.from({ length: 10 }, () => groupRuns.unfinished(QUERY, signal));
  await vi.waitFor(() => {
    expect(answers).toHaveLength(1);
  });
  answers[0]!(['a']);
  expect(await first).toEqual({ kind: 'known', names: ['a'] });
  await vi.waitFor(() => {
    expect(answers).toHaveLength(2);
  });
  answers[1]!(['a', 'b']);
  for (const answer of await Promise.all(later)) expect(answer).toEqual({ kind: 'known', names: ['a', 'b'] });
});

it('many groups of one namespace have two lists at once, and another namespace comes after one of them', async () => {
  const { answers, groupRuns } = answeredLater();
  const ended: string[] = [];
  const ask = (namespace: string, hash: string) =>
    groupRuns.unfinished({ namespace, hash, most: 3 }, signal).then(() => ended.push(`${namespace}/${hash}`));
  const all = ['1', '2', '3', '4', '5'].map((hash) => ask('loud', hash));
  all.push(ask('quiet', '1'));
  for (let open = 2; ended.length < 6;) {
    await vi.waitFor(() => {
      expect(answers).toHaveLength(Math.min(open, 6));
    });
    const before = ended.length;
    answers[before]!([]);
    open += 1;
    await vi.waitFor(() => {
      expect(ended).toHaveLength(before + 1);
    });
  }
  await Promise.all(all);
  expect(ended.indexOf('quiet/1')).toBeLessThanOrEqual(3);
});
