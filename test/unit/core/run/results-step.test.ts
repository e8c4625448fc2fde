import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { ANNOTATION_RESULTS_FROM } from '../../../../api/names.ts';
import type { JobStatus } from '../../../../api/wire.ts';
import { nextStep } from '../../../../core/run/next-step.ts';
import type { Situation } from '../../../../core/run/situation.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoTemplate } from '../objects.ts';
import { container, pod } from '../pods/pods.ts';
import { after, COMPLETE, FAILED, FOUND, ownJob, readingPods, RUNNING, STARTED } from './situations.ts';
import { inShort } from './steps.ts';

const TEMPLATE = versionOfTemplate({ ...echoTemplate(), results: [{ name: 'rows', schema: { type: 'integer' } }] });
const WITH_RESULTS = { kind: 'found', template: TEMPLATE } as const;
const marked = (status: JobStatus) =>
  ownJob(status, { metadata: { annotations: { [ANNOTATION_RESULTS_FROM]: 'echo' } } });
const ran = (revision: string, run: JobRun = RUNNING): JobRun => ({
  ...run,
  status: { ...run.status, template: { revision, generation: 1, uid: 'x' } },
});
const RUN = ran(TEMPLATE.compiled.revision);
const wrote = (message: string) => ({
  pods: {
    pods: [
      pod({
        phase: 'Succeeded',
        containerStatuses: [container('echo', { state: { terminated: { exitCode: 0, message } } })],
      }),
    ],
  },
});
const base = { run: RUN, job: marked(COMPLETE) };
const step = (more: Partial<Situation>) => nextStep(readingPods({ ...base, ...more }));

describe('the results of a run', () => {
  it.each<[string, Partial<Situation>, unknown]>([
    ['are read when its Job has completed', {}, { kind: 'readPods', purpose: 'results' }],
    ['need the template', { answers: wrote('{"rows":3}') }, { kind: 'readTemplate' }],
    [
      'are remembered',
      { answers: wrote('{"rows":3}'), template: WITH_RESULTS },
      { kind: 'rememberResults', results: { status: 'True', values: { rows: 3 } } },
    ],
    [
      'are remembered as wrong',
      { answers: wrote('{"rows":"x"}'), template: WITH_RESULTS },
      { kind: 'rememberResults', results: { status: 'False', reason: 'ResultsInvalid' } },
    ],
    [
      'are not known without permission to read Pods',
      { readsPods: false },
      { kind: 'rememberResults', results: { status: 'Unknown', message: 'this installation does not read Pods' } },
    ],
    [
      'are not known if the Pod cannot be read',
      { answers: { pods: 'unknown' } },
      { kind: 'rememberResults', results: { status: 'Unknown', reason: 'ResultsUnknown' } },
    ],
    [
      'are not checked against another revision',
      { answers: wrote('{"rows":3}'), template: WITH_RESULTS, run: ran('0123456789') },
      { kind: 'rememberResults', results: { status: 'Unknown', reason: 'ResultsUnknown' } },
    ],
    [
      'are not known if the template was deleted',
      { answers: wrote('{"rows":3}'), template: { kind: 'lost', reason: 'TemplateDeleted', message: 'x' } },
      { kind: 'rememberResults', results: { status: 'Unknown', reason: 'ResultsUnknown' } },
    ],
  ])('%s', (_, more, expected) => {
    expect(step(more)).toMatchObject(expected as object);
  });

  it.each<[string, Partial<Situation>]>([
    ['declares none', { job: ownJob(COMPLETE), template: FOUND }],
    ['has not finished', { job: marked(STARTED) }],
    ['failed', { job: marked(FAILED), record: { failure: { key: 5, failure: undefined } } }],
    ['has them already', { record: { results: { status: 'Unknown', reason: 'ResultsUnknown', message: 'x' } } }],
  ])('cost no request if it %s', (_, more) => {
    expect(['writeStatus', 'nothing', 'wait']).toContain(step(more).kind);
  });

  const written = (results: NonNullable<Situation['record']['results']>) => step({ record: { results } });

  it('are in the final status, in the same write', () => {
    const results = { status: 'True', reason: 'ResultsValid', message: 'm', values: { rows: 3 } } as const;
    expect(written(results)).toMatchObject({
      kind: 'writeStatus',
      patch: { phase: 'Succeeded', results: { rows: 3 } },
      events: [{ reason: 'Completed' }],
    });
    const { patch } = written(results) as { patch: { conditions: object[] } };
    expect(patch.conditions).toContainEqual({
      ...{ type: 'ResultsValid', status: 'True', reason: 'ResultsValid', message: 'm' },
      lastTransitionTime: '2026-11-23T10:00:00Z',
    });
  });

  it('that are wrong are reported, and the run has succeeded', () => {
    const taken = written({ status: 'False', reason: 'ResultsInvalid', message: 'x is wrong' });
    expect(inShort(taken)).toEqual(['writeStatus', 'Succeeded', 'Completed', 'ResultsInvalid']);
    expect(taken).toMatchObject({ events: [{}, { type: 'Warning', note: 'The run has no results: x is wrong' }] });
    const { patch } = taken as { patch: { conditions: { type: string; status: string }[] } };
    expect(patch).not.toHaveProperty('results');
    const kinds = patch.conditions.map(({ type, status }) => `${type}=${status}`);
    expect(kinds).toContain('ResultsValid=False');
    expect(kinds).not.toContain('Stalled=True');
    expect(kinds).not.toContain('Failed=True');
  });

  it('are not what a condition of the Job claims', () => {
    const conditions = [...COMPLETE.conditions!, { type: 'ResultsValid', status: 'True' }];
    const { status } = after(ownJob({ ...COMPLETE, conditions }));
    expect(status?.conditions?.map(({ type }) => type)).not.toContain('ResultsValid');
  });
});
