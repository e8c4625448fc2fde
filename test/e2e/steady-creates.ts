import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import type { JobRun } from '../../api/job-run.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { KubeClient } from '../../kube/client/client.ts';
import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';

const CREATORS = 50;
/** The number of responses before the event begins, and after it is over. */
const AROUND = 100;

const template = `{"apiVersion":"hematoscope.app/v1","kind":"JobTemplate","metadata":{"name":"idle"},
  "spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"busybox"}]}}}}`;

/**
 * Fifty clients create JobRuns, one after the other, during the event and for a while before and after it. Returns how
 * many were admitted, and every denial. The creates are dry runs: admission sees them as it sees all others, and the
 * cluster does not fill up.
 */
export async function createRunsDuring(
  cluster: Cluster,
  namespace: string,
  event: () => Promise<unknown>,
): Promise<{ created: number; refused: string[] }> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(cluster.kubeconfig);
  const client = KubeClient.fromKubeConfig(kubeConfig, { component: 'creators', connections: CREATORS });
  let over = false;
  let created = 0;
  const refused: string[] = [];
  const answered = async (more: number) => {
    const enough = created + refused.length + more;
    const isEnough = () => Promise.resolve(created + refused.length >= enough ? true : undefined);
    await eventually(`the answers to ${more} more creates`, isEnough);
  };
  const director = async () => {
    try {
      await answered(AROUND);
      await event();
      await answered(AROUND);
    } finally {
      over = true;
    }
  };
  const creator = async (id: number) => {
    for (let i = 0; !over; i += 1) {
      const run: JobRun = {
        apiVersion: API_VERSION,
        kind: 'JobRun',
        metadata: { name: `steady-${id}-${i}` },
        spec: { templateRef: 'idle' },
      };
      try {
        await client.create(JOB_RUNS, namespace, run, { dryRun: true });
        created += 1;
      } catch (error) {
        refused.push(String(error));
      }
      // Enough pause that requests are in flight at any moment, without starving the event.
      await sleep(100);
    }
  };
  try {
    const applied = await cluster.apply(template, '-n', namespace);
    if (applied.code !== 0) throw new Error(applied.stderr);
    await Promise.all([director(), ...Array.from({ length: CREATORS }, (_, id) => creator(id))]);
  } finally {
    await client.close();
  }
  return { created, refused };
}
