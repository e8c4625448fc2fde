import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { factLines, parameterFacts, runFacts } from '../../../../cli/describe/run-description.ts';
import { repeatedRun } from '../../../../cli/run/repeated-run.ts';
import { plain } from '../../../../cli/terminal/text.ts';

const run = {
  apiVersion: 'hematoscope.app/v1',
  kind: 'JobRun',
  metadata: {
    name: 'report-1',
    namespace: 'team',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { team: 'a' },
    annotations: { 'hematoscope.app/requested-by': 'anna', 'argocd.argoproj.io/tracking-id': 'x' },
  },
  spec: {
    templateRef: 'report',
    templateRevision: '0123456789',
    parameters: { days: 3, token: 'geheim' },
    suspend: true,
    cancel: true,
    args: ['a\nb'],
  },
  status: {
    phase: 'Failed',
    error: 'out of memory\x1b[2J',
    jobName: 'report-1-abc',
    startTime: '2026-01-01T00:00:10Z',
    failed: 2,
    conditions: [{ type: 'Finished', status: 'True', lastTransitionTime: '2026-01-01T00:01:00Z' }],
    failure: { reason: 'OOMKilled', message: 'container report exited with 137', exitCode: 137, attempts: 2 },
  },
} as unknown as JobRun;

describe('the description of a run', () => {
  it('has what is known, and nothing that is not', () => {
    const lines = factLines(runFacts(run, Date.parse('2026-01-01T01:00:00Z'))).map(plain);
    expect(lines).toEqual([
      'Name:          report-1',
      'Namespace:     team',
      'Template:      report',
      'Revision:      0123456789',
      'Requested by:  anna',
      'Status:        Failed',
      'Error:         out of memory\\x1b[2J',
      'Last failure:  OOMKilled: container report exited with 137',
      'Exit code:     137',
      'Attempts:      2',
      'Job:           report-1-abc',
      'Created:       2026-01-01T00:00:00Z (60m ago)',
      'Started:       2026-01-01T00:00:10Z (59m ago)',
      'Duration:      50s',
      'Pods:          2 failed',
    ]);
  });

  it('never shows the value of a secret parameter', () => {
    expect(parameterFacts(run, (name) => name === 'token')).toEqual([
      ['days', '3'],
      ['token', '***'],
    ]);
  });
});

describe('a run that repeats another', () => {
  it('has its fields and none of its labels and annotations', () => {
    const again = repeatedRun(run, { name: 'again', parameters: { days: 4 }, revision: 'latest' });
    expect(again).toEqual({
      apiVersion: 'hematoscope.app/v1',
      kind: 'JobRun',
      metadata: { name: 'again', namespace: 'team', annotations: { 'hematoscope.app/rerun-of': 'report-1' } },
      spec: { templateRef: 'report', parameters: { days: 4, token: 'geheim' }, args: ['a\nb'] },
    });
    expect(run.spec).toHaveProperty('suspend', true);
  });

  it('names the same revision on request', () => {
    const { spec } = repeatedRun(run, { name: undefined, parameters: {}, revision: 'same' });
    expect(spec.templateRevision).toBe('0123456789');
  });
});
