import { expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { ANNOTATION_STOPPED, LABEL_CONCURRENCY_GROUP } from '../../../../api/names.ts';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import { hashOfGroup } from '../../../../core/concurrency/group.ts';
import { jobName } from '../../../../core/job/job-name.ts';
import { HolderCheck, type HolderState } from '../../../../syncer/concurrency/holder-check.ts';
import { echoRun } from '../../core/objects.ts';

const GROUP = { id: 'team/group/g' };
const HOLDER = { name: 'a', uid: 'its-uid', created: '2026-11-29T10:00:00Z' };
const NAME = jobName(HOLDER.name, HOLDER.uid);
const OWNER = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'a', uid: HOLDER.uid, controller: true };
const FINISHED: JobStatus = { conditions: [{ type: 'Complete', status: 'True' }] };

const UNDER_WAY = echoRun({}, { name: 'a', uid: HOLDER.uid });
const ENDED: JobRun = { ...UNDER_WAY, status: { conditions: [{ type: 'Finished', status: 'True' }] } };
const SAME_NAME = echoRun({}, { name: 'a', uid: 'another-uid' });

interface GivenJob {
  owner?: object | null;
  labels?: Record<string, string>;
  status?: JobStatus;
  metadata?: object;
  spec?: object;
}

const jobWith = ({ owner = OWNER, labels = {}, status = {}, metadata = {}, spec = {} }: GivenJob = {}): Job => ({
  metadata: {
    name: NAME,
    namespace: 'team',
    labels,
    ...(owner && { ownerReferences: [owner as typeof OWNER] }),
    ...metadata,
  },
  spec: { template: {}, ...spec },
  status,
});
const DELETING = { metadata: { deletionTimestamp: '2026-11-29T10:00:00Z', finalizers: ['example.com/test'] } };
const STOPPED = {
  metadata: { annotations: { [ANNOTATION_STOPPED]: 'cancelled' } },
  spec: { suspend: true, activeDeadlineSeconds: 1 },
};
const ORPHAN = { owner: null, labels: { [LABEL_CONCURRENCY_GROUP]: hashOfGroup(GROUP.id) } };

interface Given {
  cachedRun?: JobRun;
  storedRun?: JobRun;
  cachedJob?: Job;
  storedJob?: Job;
  pods?: number;
  readsPods?: boolean;
  /** Of a creation of this process, and of another one. */
  unclear?: 'ours' | 'theirs';
}

function begin(given: Given) {
  const sent: string[] = [];
  const answer = <T>(what: string, value: T): Promise<T> => {
    sent.push(what);
    return Promise.resolve(value);
  };
  const check = new HolderCheck({
    client: {
      list: () => answer('list Pods', { metadata: {}, items: Array(given.pods ?? 0).fill({}) }),
    },
    cluster: { getRun: () => answer('get run', given.storedRun), getJob: () => answer('get Job', given.storedJob) },
    runs: { get: () => given.cachedRun },
    jobs: { get: (_namespace, name) => (name === NAME ? given.cachedJob : undefined) },
    unclear: {
      leftMs: (_uid, options) =>
        given.unclear === 'ours' || (given.unclear === 'theirs' && options?.isDeleted !== true) ? 1 : 0,
    },
    readsPods: given.readsPods ?? true,
  });
  return { sent, state: () => check.stateOf(GROUP, HOLDER) };
}

it.each<[string, Given, HolderState, string[]]>([
  ['is under way', { cachedRun: UNDER_WAY }, 'underWay', []],
  ['is under way, and not in the cache yet', { storedRun: UNDER_WAY }, 'underWay', ['get run']],
  ['has finished, and its Job too', { cachedRun: ENDED, cachedJob: jobWith({ status: FINISHED }) }, 'ended', []],
  [
    'has finished, and its Job has a Pod that terminates',
    { cachedRun: ENDED, cachedJob: jobWith({ status: { ...FINISHED, terminating: 1 } }) },
    'ending',
    [],
  ],
  ['has finished before its Job', { cachedRun: ENDED, cachedJob: jobWith() }, 'ending', []],
  [
    'has finished, and its Job is not in the cache',
    { cachedRun: ENDED, storedJob: jobWith({ status: FINISHED }) },
    'ended',
    ['get Job'],
  ],
  ['has finished and never had a Job', { cachedRun: ENDED }, 'ended', ['get Job', 'list Pods']],
  [
    'has finished without a Job, whose creation was not answered',
    { cachedRun: ENDED, unclear: 'ours' },
    'ending',
    ['get Job'],
  ],
  [
    'has finished without a Job, which an earlier leader may have sent',
    { cachedRun: ENDED, unclear: 'theirs' },
    'ending',
    ['get Job'],
  ],
  [
    'has finished, and the creation that was not answered is known',
    { cachedRun: ENDED, cachedJob: jobWith({ status: FINISHED }), unclear: 'ours' },
    'ended',
    [],
  ],
  ['was deleted with its Job, whose Pods terminate', { pods: 1 }, 'ending', ['get run', 'get Job', 'list Pods']],
  ['was deleted with its Job', {}, 'ended', ['get run', 'get Job', 'list Pods']],
  [
    'was deleted, and another run has its name',
    { cachedRun: SAME_NAME, storedRun: SAME_NAME },
    'ended',
    ['get run', 'get Job', 'list Pods'],
  ],
  ['was deleted under an earlier leader', { unclear: 'theirs' }, 'ended', ['get run', 'get Job', 'list Pods']],
  ['was deleted while the creation of its Job was not answered', { unclear: 'ours' }, 'ending', ['get run', 'get Job']],
  [
    'was deleted without its Job, which can start Pods again',
    { storedJob: jobWith(ORPHAN) },
    'ending',
    ['get run', 'get Job'],
  ],
  [
    'was deleted without its Job, which has finished',
    { storedJob: jobWith({ ...ORPHAN, status: FINISHED }) },
    'ended',
    ['get run', 'get Job'],
  ],
  [
    'was deleted, and somebody has created another Job of that name',
    { storedJob: jobWith({ owner: null }) },
    'ended',
    ['get run', 'get Job', 'list Pods'],
  ],
  [
    'has finished, and a finalizer keeps its Job',
    { cachedRun: ENDED, cachedJob: jobWith(DELETING) },
    'ended',
    ['list Pods'],
  ],
  [
    'has finished, and a finalizer keeps its Job, which has Pods',
    { cachedRun: ENDED, cachedJob: jobWith(DELETING), pods: 1 },
    'ending',
    ['list Pods'],
  ],
  [
    'was cancelled while it was suspended, and its Job cannot be deleted',
    { cachedRun: ENDED, cachedJob: jobWith(STOPPED) },
    'ended',
    ['list Pods'],
  ],
  [
    'was cancelled while its Job was suspended by somebody, who can resume it',
    { cachedRun: ENDED, cachedJob: jobWith({ spec: { suspend: true } }) },
    'ending',
    [],
  ],
  ['was deleted, and Pods cannot be read', { pods: 1, readsPods: false }, 'ended', ['get run', 'get Job']],
])('a run that %s', async (_what, given, expected, requests) => {
  const { sent, state } = begin(given);
  expect(await state()).toBe(expected);
  expect(sent).toEqual(requests);
});
