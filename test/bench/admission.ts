import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRun } from '../../api/job-run.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { Resource } from '../../api/resources.ts';
import { round } from './latency.ts';
import type { Report } from './report.ts';
import { measureReviews } from './reviews.ts';
import { admissionLabel, startSystem, type System } from './system.ts';
import { templateOf } from './workload.ts';

const CONFIG_MAPS: Resource = { group: '', version: 'v1', plural: 'configmaps', kind: 'ConfigMap' };
const CREATORS = 32;
const ROUNDS = 6;
const places = { with: 'admission', without: 'admission-limit' } as const;

/**
 * JobRuns a second through admission, by clients in a closed loop, compared with the same without admission. No syncer
 * runs, so that the webhook, the API server and the clients have the machine to themselves. The two alternate: whatever
 * slows the machine slows both.
 */
export async function measureAdmission(secondsARound: number): Promise<Report[]> {
  const system = await startSystem({ controllerManager: false });
  try {
    await system.stopSyncer();
    return [await measure(system, secondsARound), await measureReviews(system, places.with, secondsARound)];
  } finally {
    await system.stop();
  }
}

async function measure(system: System, secondsARound: number): Promise<Report> {
  await system.createNamespace(places.with, admissionLabel);
  await system.createNamespace(places.without);
  for (const namespace of Object.values(places)) {
    await system.client.create(JOB_TEMPLATES, namespace, templateOf('suspended'));
    // The template references it, and no controller manager runs that would publish it in each namespace.
    await system.client.create(CONFIG_MAPS, namespace, { metadata: { name: 'kube-root-ca.crt' } });
  }
  const created = { with: 0, without: 0 };
  let cpuSeconds = 0;
  // The first round is the warm-up and does not count.
  for (let i = 0; i <= ROUNDS; i += 1) {
    for (const kind of ['with', 'without'] as const) {
      const before = await system.webhook.usage();
      const count = await createFor(system, places[kind], secondsARound * 1000);
      if (i === 0) continue;
      created[kind] += count;
      if (kind === 'with') cpuSeconds += (await system.webhook.usage()).cpuSeconds - before.cpuSeconds;
    }
    await sleep(200);
  }
  const seconds = ROUNDS * secondsARound;
  return {
    scenario: 'admission alone',
    figures: [
      {
        name: `creates by ${CREATORS} at a time`,
        value: round(created.with / seconds),
        unit: 'creates/s',
        limit: round(created.without / seconds),
        atLeast: 0.6,
      },
      { name: 'CPU of the webhook a create', value: round((cpuSeconds * 1000) / created.with), unit: 'ms' },
      {
        name: 'connections of the webhook',
        value: await system.webhook.connectionsTo(system.apiServerPort),
        unit: 'connections',
        atMost: 10,
      },
    ],
  };
}

async function createFor({ client }: System, namespace: string, milliseconds: number): Promise<number> {
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
  spec: { templateRef: 'suspended', args: ['Hello', `${count}`] },
});
