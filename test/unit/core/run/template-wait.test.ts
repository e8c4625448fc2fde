import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { MissingTemplatePolicy } from '../../../../api/names.ts';
import { templateWait } from '../../../../core/run/template-wait.ts';

const CREATED = Date.parse('2026-11-23T10:00:00Z');

function run(asked?: string): JobRun {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobRun',
    metadata: {
      name: 'hello',
      namespace: 'shop',
      creationTimestamp: '2026-11-23T10:00:00Z',
      ...(asked !== undefined && { annotations: { 'hematoscope.app/missing-template': asked } }),
    },
    spec: { templateRef: 'echo' },
  };
}

describe('templateWait', () => {
  it.each<[string, MissingTemplatePolicy, string | undefined, 'pending' | 'failed']>([
    ['fails by default', 'Reject', undefined, 'failed'],
    ['fails if the configuration is Fail', 'Fail', undefined, 'failed'],
    ['waits if the configuration is Wait', 'Wait', undefined, 'pending'],
    ["waits if the run's annotation is Wait", 'Reject', 'Wait', 'pending'],
    ["fails if the run's annotation is Fail", 'Wait', 'Fail', 'failed'],
    ["follows the configuration if the run's annotation is unknown", 'Wait', 'Perhaps', 'pending'],
  ])('%s', (_sentence, policy, asked, kind) => {
    expect(templateWait(run(asked), { policy, waitSeconds: 300 }, CREATED + 1000).observation.kind).toBe(kind);
  });

  it.each<[string, MissingTemplatePolicy, string | undefined, number, boolean]>([
    ['if the configuration is Fail', 'Fail', undefined, 1_000, true],
    ["if the run's annotation is Fail", 'Reject', 'Fail', 1_000, true],
    ['but not if nobody requested a failure', 'Reject', undefined, 1_000, false],
    ['but not at the end of a wait', 'Wait', undefined, 300_000, false],
  ])('a failure counts as a failed Pod %s', (_sentence, policy, ...row) => {
    const [asked, age, counts] = row;
    const { observation } = templateWait(run(asked), { policy, waitSeconds: 300 }, CREATED + age);
    expect(observation).toMatchObject({ kind: 'failed' });
    expect('countsAsPod' in observation).toBe(counts);
  });

  it('names the template and the namespace', () => {
    const { observation } = templateWait(run(), { policy: 'Fail', waitSeconds: 300 }, CREATED);
    expect(observation).toMatchObject({
      reason: 'TemplateNotFound',
      message: expect.stringContaining('JobTemplate "echo" does not exist in namespace "shop"') as unknown,
    });
  });

  it.each([
    ['checks again after half a minute', 1_000, 300, 30_000],
    ['later checks again after as long as it has waited', 100_000, 300, 100_000],
    ['checks again every ten minutes at least', 3_600_000, 86_400, 600_000],
    ['checks again at the deadline', 290_000, 300, 10_000],
  ])('%s', (_sentence, age, waitSeconds, afterMs) => {
    expect(templateWait(run(), { policy: 'Wait', waitSeconds }, CREATED + age).afterMs).toBe(afterMs);
  });

  it('fails at the deadline', () => {
    const decision = templateWait(run(), { policy: 'Wait', waitSeconds: 300 }, CREATED + 300_000);
    expect(decision).toMatchObject({
      observation: { kind: 'failed', message: expect.stringContaining('did not appear within 300 seconds') as unknown },
    });
    expect(decision.afterMs).toBeUndefined();
  });
});
