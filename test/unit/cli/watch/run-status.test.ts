import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { plain } from '../../../../cli/terminal/text.ts';
import type { ClusterContext } from '../../../../cli/context.ts';
import { Terminal } from '../../../../cli/terminal/terminal.ts';
import { Sink } from '../logs/log-kit.ts';
import { runStatusText, showRunStatus } from '../../../../cli/watch/run-status.ts';

const now = Date.parse('2026-01-01T00:05:20Z');
const runOf = (status: object) =>
  ({
    metadata: { name: 'report', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { templateRef: 'x' },
    status,
  }) as JobRun;

describe('the state of a run in one line', () => {
  it.each<[string, object, number | undefined, string]>([
    ['a run without a status', {}, undefined, 'jobrun/report Pending · 5m20s'],
    [
      'why it waits',
      { phase: 'Pending', waiting: { reason: 'ImagePullBackOff', message: 'no such image' } },
      1,
      'jobrun/report Pending · 5m20s · 0 of 1 Pods done · ImagePullBackOff',
    ],
    [
      'the time since the start, Pods and retries',
      { phase: 'Running', startTime: '2026-01-01T00:05:00Z', succeeded: 2, failed: 1 },
      5,
      'jobrun/report Running · 20s · 2 of 5 Pods done · 1 retry',
    ],
    [
      'several retries',
      { phase: 'Running', failed: 3 },
      1,
      'jobrun/report Running · 5m20s · 0 of 1 Pods done · 3 retries',
    ],
    [
      'an open number of Pods',
      { phase: 'Running', succeeded: 2 },
      undefined,
      'jobrun/report Running · 5m20s · 2 Pods done',
    ],
  ])('has %s', (_, status, pods, expected) => {
    expect(plain(runStatusText(runOf(status), pods, now))).toBe(expected);
  });
});

describe('the state of a run', () => {
  it.each<[string, boolean, NodeJS.ProcessEnv, boolean]>([
    ['is shown on a terminal', true, { TERM: 'xterm' }, true],
    ['is not shown elsewhere', false, { TERM: 'xterm' }, false],
    ['is not shown on a terminal that cannot erase', true, { TERM: 'dumb' }, false],
    ['is not shown under CI', true, { CI: 'true' }, false],
  ])('%s', (_, isTTY, env, isShown) => {
    const stderr = Object.assign(new Sink(), { isTTY });
    const terminal = new Terminal({ stdin: undefined as never, stdout: new Sink(), stderr });
    const status = showRunStatus({ terminal, env, now: () => now } as ClusterContext, runOf({}));
    status.onVersion(runOf({ phase: 'Running' }));
    status.stop();
    expect(stderr.text.includes('Pending')).toBe(isShown);
    expect(stderr.text === '').toBe(!isShown);
  });
});
