import { expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../../../api/names.ts';
import type { Job } from '../../../../api/wire.ts';
import { jobName } from '../../../../core/job/job-name.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { BY_GROUP, groupOfJob, runsWithJobs } from '../../../../syncer/concurrency/jobs-of-group.ts';
import { echoRun } from '../../core/objects.ts';

const GROUP = { id: 'team/group/g', hash: 'abc', called: 'group "g"' };
const OWN = { name: 'echo-hello', namespace: 'team', uid: 'run', resourceVersion: '1' };

interface GivenJob {
  namespace?: string;
  name?: string;
  owner?: string;
  finished?: boolean;
}

function jobOf({
  namespace = 'team',
  name = jobName(OWN.name, OWN.uid),
  owner = OWN.uid,
  finished = false,
}: GivenJob): Job {
  const controller = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: OWN.name, uid: owner, controller: true };
  return {
    metadata: {
      name,
      namespace,
      resourceVersion: '1',
      labels: { [LABEL_CONCURRENCY_GROUP]: GROUP.hash },
      ownerReferences: [controller],
    },
    ...(finished && { status: { conditions: [{ type: 'Complete', status: 'True' }] } }),
  };
}

function countedRuns(job: Job, cached: JobRun[] = [echoRun({}, OWN)]): string[] {
  const jobs = new ObjectCache<Job>({}, { [BY_GROUP]: groupOfJob });
  const runs = new ObjectCache<JobRun>();
  jobs.apply(job);
  for (const run of cached) runs.apply(run);
  return runsWithJobs({ jobs, runs }, GROUP).map(({ name, uid }) => `${name} ${uid}`);
}

it('a run whose unfinished Job has the label of the group counts', () => {
  expect(countedRuns(jobOf({}))).toEqual(['echo-hello run']);
});

it.each<[string, GivenJob]>([
  ['in another namespace', { namespace: 'other' }],
  ['of another name than that of the run', { name: 'made-by-hand' }],
  ['of an owner that does not exist', { owner: 'somebody' }],
  ['that has finished', { finished: true }],
])('a Job %s does not count, whatever its label is', (_what, job) => {
  const other = echoRun({}, { ...OWN, namespace: 'other' });
  expect(countedRuns(jobOf(job), [echoRun({}, OWN), other])).toEqual([]);
});

it('a Job of a run that does not exist does not count', () => {
  expect(countedRuns(jobOf({}), [])).toEqual([]);
});
