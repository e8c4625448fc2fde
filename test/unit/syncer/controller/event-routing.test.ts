import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../../../api/names.ts';
import type { Job } from '../../../../api/wire.ts';
import { controllerRevision } from '../../../../core/template/controller-revision.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { EventRouting } from '../../../../syncer/controller/event-routing.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

const RUN = echoRun();
const PINNED = { ...RUN, spec: { ...RUN.spec, templateRevision: 'aaaaaaaaaa' } };
const FINISHED = { ...RUN, status: { conditions: [{ type: 'Finished', status: 'True' }] } };
const KEY = { kind: 'JobTemplate', namespace: 'team', name: 'echo' };
const TEMPLATE = echoTemplate();
const REVISION = controllerRevision(versionOfTemplate(TEMPLATE), 'team');
const EDITED = { ...TEMPLATE, metadata: { ...TEMPLATE.metadata, generation: 2 } };

function job(uid = RUN.metadata.uid!, name = jobNameOfRun(RUN)): Job {
  const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid, controller: true };
  return { metadata: { name, namespace: 'team', ownerReferences: [owner] } };
}

interface Known {
  run?: JobRun | 'none';
  shard?: unknown[];
  hasTemplate?: boolean;
}

function routing({ run = RUN, shard = ['team', undefined], hasTemplate = true }: Known = {}) {
  return new EventRouting({
    isInShard: (namespace) => shard.includes(namespace),
    findRun: (namespace, name) =>
      run !== 'none' && namespace === 'team' && name === run.metadata.name ? run : undefined,
    hasTemplate: () => hasTemplate,
  });
}

const DISOWNED: Job = { metadata: { name: job().metadata!.name!, namespace: 'team' } };
const GROUP_LABEL = { [LABEL_CONCURRENCY_GROUP]: 'abc' };
const reconcile = { kind: 'reconcile', run: 'team/echo-hello' };
const checkRevisions = { kind: 'checkRevisions', template: KEY };
const checkRetention = { kind: 'checkRetention', template: KEY };
const reconcileRuns = { kind: 'reconcileRuns', template: KEY } as const;
const finished = (run: JobRun) => [
  { kind: 'forgetRun', run },
  { kind: 'releaseRevision', template: KEY },
  { kind: 'countRun', run },
];

describe('the callback of a run', () => {
  const withCallback = (run: JobRun) => ({ ...run, spec: { ...run.spec, callbackUrl: 'https://hooks.example.com' } });
  const reactionsTo = (run: JobRun, known: Known = {}) =>
    routing(known)
      .runChanged(run)
      .filter(({ kind }) => kind === 'sendCallback');

  it('is sent when the run has finished', () => {
    expect(reactionsTo(withCallback(FINISHED))).toEqual([{ kind: 'sendCallback', run: 'team/echo-hello' }]);
  });

  it.each([
    ['the run has not finished', withCallback(RUN), {}],
    ['the run has none', FINISHED, {}],
    ['another syncer works on the namespace', withCallback(FINISHED), { shard: ['other'] }],
    [
      'it is delivered',
      {
        ...withCallback(FINISHED),
        status: { ...FINISHED.status, callback: { state: 'Delivered' as const, attempts: 1 } },
      },
      {},
    ],
  ])('is not sent if %s', (_, run, known) => {
    expect(reactionsTo(run, known)).toEqual([]);
  });
});

describe('an event', () => {
  it.each([
    [
      'of a new run leads to work that cannot wait',
      () => routing().runChanged(RUN),
      [{ ...reconcile, priority: 'high' }],
    ],
    [
      'of an unfinished run leads to work on it',
      () => routing().runChanged({ ...RUN, status: { phase: 'Running' } }),
      [{ ...reconcile, priority: 'normal' }],
    ],
    [
      'of a run whose template does not exist leads to work that can wait',
      () => routing({ hasTemplate: false }).runChanged(RUN),
      [{ ...reconcile, priority: 'low' }],
    ],
    [
      'of a run that names a revision does not depend on the template',
      () => routing({ hasTemplate: false }).runChanged(PINNED),
      [{ ...reconcile, priority: 'high' }],
    ],
    [
      'of a finished run forgets it and releases its revision',
      () => routing().runChanged(FINISHED),
      finished(FINISHED),
    ],
    ['of a deleted run forgets it and releases its revision', () => routing().runFinished(RUN), finished(RUN)],
    ['of a Job leads to work on its run', () => routing().jobChanged(job()), [reconcile]],
    ['of a Job without a run leads to nothing', () => routing().jobChanged({ metadata: { namespace: 'team' } }), []],
    [
      'of a Job in a concurrency group that lost its run leads to a check of its place',
      () => routing({ run: 'none' }).jobChanged({ metadata: { ...DISOWNED.metadata, labels: GROUP_LABEL } }),
      [{ kind: 'checkPlaceOfJob', job: `team/${jobNameOfRun(RUN)}` }],
    ],
    [
      'of such a Job in another shard leads to nothing',
      () => routing({ shard: [] }).jobChanged({ metadata: { ...DISOWNED.metadata, labels: GROUP_LABEL } }),
      [],
    ],
    [
      'of a deleted Job is remembered first',
      () => routing().jobDeleted(job(), 'watched'),
      [{ kind: 'rememberDeletedJob', run: RUN, job: job(), deletion: 'watched' }, reconcile],
    ],
    [
      'of a Job whose deletion was missed is remembered as such',
      () => routing().jobDeleted(job(), 'missed'),
      [{ kind: 'rememberDeletedJob', run: RUN, job: job(), deletion: 'missed' }, reconcile],
    ],
    [
      'of a deleted Job of a finished run is not remembered',
      () => routing({ run: FINISHED }).jobDeleted(job(), 'watched'),
      [reconcile],
    ],
    [
      'of a deleted Job of an unknown run is not remembered',
      () => routing({ run: 'none' }).jobDeleted(job(), 'watched'),
      [reconcile],
    ],
    [
      'of a deleted Job of an earlier run with the same name is not remembered',
      () => routing().jobDeleted(job('earlier'), 'watched'),
      [],
    ],
    [
      "of a deleted Job that has another name than the run's is not remembered",
      () => routing().jobDeleted(job(RUN.metadata.uid, 'x'), 'watched'),
      [],
    ],
    [
      'of a Job that lost its owner reference leads to work on the run that it had',
      () => routing().jobUpdated(job(), DISOWNED),
      [reconcile],
    ],
    [
      'of a Job that has its own run leads to work on it once',
      () => routing().jobUpdated(job(), { ...job(), status: { active: 1 } }),
      [reconcile],
    ],
    [
      'of a Job that lost its owner reference leads to nothing if the run is finished',
      () => routing({ run: FINISHED }).jobUpdated(job(), DISOWNED),
      [],
    ],
    [
      "of a Job that lost its owner reference, but never was the run's, leads to nothing",
      () => routing().jobUpdated(job('earlier'), DISOWNED),
      [],
    ],
    [
      "of a Job that has another name than the run's leads to nothing",
      () => routing().jobChanged(job(RUN.metadata.uid, 'x')),
      [],
    ],
    ['of a Job of an earlier run with the same name leads to nothing', () => routing().jobChanged(job('earlier')), []],
    [
      'of a new template leads to work on the runs that wait, on its revisions and its finished runs',
      () => routing().templateAdded(TEMPLATE),
      [{ kind: 'reconcileWaiting', template: KEY }, checkRevisions, checkRetention],
    ],
    [
      'of an edited template leads to work on its revisions and its finished runs',
      () => routing().templateUpdated(TEMPLATE, EDITED),
      [checkRevisions, checkRetention],
    ],
    [
      'of a template with a start deadline leads to work on its unfinished runs',
      () => routing().templateAdded({ ...TEMPLATE, runs: { startDeadlineSeconds: 60 } }),
      [{ kind: 'reconcileWaiting', template: KEY }, checkRevisions, checkRetention, reconcileRuns],
    ],
    [
      'of a changed start deadline leads to work on the unfinished runs',
      () => routing().templateUpdated(TEMPLATE, { ...EDITED, runs: { startDeadlineSeconds: 60 } }),
      [checkRevisions, checkRetention, reconcileRuns],
    ],
    [
      'of the same start deadline leads to no work on runs',
      () =>
        routing().templateUpdated(
          { ...TEMPLATE, runs: { startDeadlineSeconds: 60 } },
          { ...EDITED, runs: { startDeadlineSeconds: 60 } },
        ),
      [checkRevisions, checkRetention],
    ],
    [
      'of a deleted template leads to work on its finished runs',
      () => routing().templateDeleted(TEMPLATE),
      [checkRetention],
    ],
    [
      'of a run that is not finished any more is counted too',
      () => routing().runUpdated(FINISHED, RUN),
      [
        { ...reconcile, priority: 'high' },
        { kind: 'countRun', run: RUN },
      ],
    ],
    [
      'of an update of an unfinished run is not counted',
      () => routing().runUpdated(RUN, RUN),
      [{ ...reconcile, priority: 'high' }],
    ],
    ["of a template's labels leads to nothing", () => routing().templateUpdated(TEMPLATE, TEMPLATE), []],
    ['of a revision leads to work on its template', () => routing().revisionChanged(REVISION), [checkRevisions]],
    ['of a revision that is not one of ours leads to nothing', () => routing().revisionChanged({ revision: 1 }), []],
  ])('%s', (_sentence, route, reactions) => {
    expect(route()).toEqual(reactions);
  });
});

describe('an event in a namespace of another shard', () => {
  const other = routing({ shard: [] });
  it.each([
    ['of a run leads to nothing', () => other.runChanged(RUN), []],
    ['of a finished run only forgets it', () => other.runChanged(FINISHED), [{ kind: 'forgetRun', run: FINISHED }]],
    ['of a Job leads to nothing', () => other.jobChanged(job()), []],
    ['of a deleted Job leads to nothing', () => other.jobDeleted(job(), 'watched'), []],
    [
      'of a new template concerns no revisions',
      () => other.templateAdded(TEMPLATE),
      [{ kind: 'reconcileWaiting', template: KEY }],
    ],
    ['of a run that is not finished any more leads to nothing', () => other.runUpdated(FINISHED, RUN), []],
    ['of a deleted template leads to nothing', () => other.templateDeleted(TEMPLATE), []],
    [
      'of a deleted ClusterJobTemplate concerns the runs in this shard',
      () => other.templateDeleted({ ...TEMPLATE, kind: 'ClusterJobTemplate', metadata: { name: 'echo' } }),
      [{ kind: 'checkRetention', template: { kind: 'ClusterJobTemplate', name: 'echo' } }],
    ],
    ['of an edited template leads to nothing', () => other.templateUpdated(TEMPLATE, EDITED), []],
    ['of a revision leads to nothing', () => other.revisionChanged(REVISION), []],
  ])('%s', (_sentence, route, reactions) => {
    expect(route()).toEqual(reactions);
  });

  it('of a run of a ClusterJobTemplate releases its revision where that is worked on', () => {
    const run = { ...FINISHED, spec: { templateRef: 'echo', templateKind: 'ClusterJobTemplate' as const } };
    expect(routing({ shard: [undefined] }).runChanged(run)).toEqual([
      { kind: 'forgetRun', run },
      { kind: 'releaseRevision', template: { kind: 'ClusterJobTemplate', name: 'echo' } },
    ]);
  });
});
