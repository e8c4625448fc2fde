import { expect, it } from 'vitest';
import { KubeTimeoutError } from '../../../../kube/client/api-error.ts';
import { loggedTimeouts } from '../../../../syncer/run/logged-timeouts.ts';

it('a write without an answer in time is logged, but not for each run of a namespace', () => {
  let time = 0;
  const logged: unknown[] = [];
  const warn = (fields: unknown) => logged.push(fields);
  const report = loggedTimeouts({ warn } as never, { monotonic: () => time });
  const err = new KubeTimeoutError('no answer in 2000 ms');
  for (const run of ['slow/a', 'slow/b', 'other/a']) report(err, run);
  expect(logged).toEqual([{ err, run: 'slow/a' }]);
  time = 60_000;
  report(err, 'slow/c');
  expect(logged).toHaveLength(1);
  report(err, 'other/b');
  expect(logged).toEqual([expect.anything(), { err, run: 'other/b' }]);
});
