import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES, type Resource } from '../../api/resources.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { JobTemplate } from '../../api/job-template.ts';
import type { KubeClient } from '../../kube/client.ts';
import { round } from './latency.ts';
import { admissionLabel } from './system.ts';

/** How many JobRuns a second are created, with and without admission, each by the same number of creators in a closed loop. */
export interface ThroughputResult {
  scenario: 'admission throughput';
  creators: number;
  withAdmission: number;
  withoutAdmission: number;
  /** With admission, as a share of without. */
  ratio: number;
}

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace' };

const template: JobTemplate = {
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name: 'tried' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'echo', image: 'busybox' }] } } },
};

const CREATORS = 32;
const ROUNDS = 6;

/**
 * Creates for a while with admission, then without, in turns: what slows the machine slows both. No syncer may run beside
 * it, so that the webhook, the API server and the creators have the machine to themselves.
 */
export async function measureThroughput(client: KubeClient, secondsARound: number): Promise<ThroughputResult> {
  const places = { with: 'throughput-measured', without: 'throughput-limit' } as const;
  await client.create(namespaces, undefined, { metadata: { name: places.with, labels: admissionLabel } });
  await client.create(namespaces, undefined, { metadata: { name: places.without } });
  for (const namespace of Object.values(places)) await client.create(JOB_TEMPLATES, namespace, template);
  const created = { with: 0, without: 0 };
  // The first round warms both up and does not count.
  for (let i = 0; i <= ROUNDS; i += 1) {
    for (const kind of ['with', 'without'] as const) {
      const count = await createFor(client, places[kind], secondsARound * 1000);
      if (i > 0) created[kind] += count;
    }
  }
  const seconds = ROUNDS * secondsARound;
  return {
    scenario: 'admission throughput',
    creators: CREATORS,
    withAdmission: round(created.with / seconds),
    withoutAdmission: round(created.without / seconds),
    ratio: round(created.with / created.without),
  };
}

async function createFor(client: KubeClient, namespace: string, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds;
  let count = 0;
  const creator = async (): Promise<void> => {
    while (performance.now() < end) {
      count += 1;
      await client.create(JOB_RUNS, namespace, runNumber(count));
    }
  };
  await Promise.all(Array.from({ length: CREATORS }, creator));
  return count;
}

const runNumber = (count: number): JobRun => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { generateName: 'run-' },
  spec: { templateRef: 'tried', args: ['Hello', `${count}`] },
});
