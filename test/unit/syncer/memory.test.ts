import { versionOfTemplate } from '../../../core/template/template-version.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { JobRun } from '../../../api/job-run.ts';
import type { Job } from '../../../api/wire.ts';
import { ObjectCache } from '../../../kube/watch/cache.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { Cluster } from '../../../syncer/cluster.ts';
import { Memory } from '../../../syncer/memory.ts';
import { reconcile } from '../../../syncer/reconcile.ts';
import type { Templates } from '../../../syncer/templates.ts';
import { echoRun, echoTemplate } from '../core/objects.ts';

const TEMPLATE = { kind: 'JobTemplate', namespace: 'team', name: 'echo' } as const;

afterEach(() => {
  vi.useRealTimers();
});

describe('what is remembered of a run', () => {
  it('that waits for a template is told once, and only of those that still wait', () => {
    const memory = new Memory();
    const run = echoRun();
    const other = echoRun({}, { name: 'other', uid: 'other' });
    for (const each of [run, other]) memory.wait(each);
    memory.forget(other);
    expect(Array.from(memory.takeWaiting(TEMPLATE))).toEqual(['team/echo-hello']);
    expect(Array.from(memory.takeWaiting(TEMPLATE))).toEqual([]);
  });

  it('whose namespace ends is believed for a minute or two, and no longer than the run is there', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const memory = new Memory();
    const run = echoRun();
    const why = { kind: 'pending', reason: 'Forbidden', message: 'it is being terminated' } as const;
    memory.bar(run, why);
    vi.advanceTimersByTime(59_000);
    expect(memory.barred(run)?.observation).toEqual(why);
    const { afterMs } = memory.barred(run)!;
    expect(afterMs).toBeGreaterThan(0);
    vi.advanceTimersByTime(afterMs);
    expect(memory.barred(run)).toBeUndefined();
    expect(59_000 + afterMs).toBeLessThanOrEqual(120_000);
    memory.bar(run, why);
    expect(memory.barred(echoRun({}, { uid: 'recreated' }))).toBeUndefined();
    memory.forget(run);
    expect(memory.barred(run)).toBeUndefined();
  });

  it('is forgotten when the run went while its Job was made', async () => {
    const memory = new Memory();
    const runs = new ObjectCache<JobRun>({
      onDelete: (last) => {
        memory.forget(last);
      },
    });
    const run = echoRun({}, { resourceVersion: '1' });
    runs.apply(run);
    const asked: Job[] = [];
    const create = (_resource: unknown, _namespace: unknown, job: Job): Promise<Job> => {
      asked.push(job);
      runs.remove(run);
      return Promise.resolve(job);
    };
    const cluster = new Cluster({ create } as unknown as KubeClient, {
      assertHeld: () => undefined,
      lost: new AbortController().signal,
    });
    const templates = { find: () => Promise.resolve({ kind: 'found', template: versionOfTemplate(echoTemplate()) }) };
    await reconcile(
      {
        cluster,
        memory,
        runs,
        jobs: new ObjectCache<Job>(),
        templates: templates as unknown as Templates,
        rules: { policy: 'Reject', waitSeconds: 0 },
        events: { record: () => undefined },
        onEnd: () => undefined,
      },
      'team',
      'echo-hello',
    );
    expect(asked).toHaveLength(1);
    expect(memory.made(run)).toBeUndefined();
  });
});
