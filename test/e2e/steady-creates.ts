import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import type { JobRun } from '../../api/job-run.ts';
import { API_VERSION } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import type { Cluster } from './cluster.ts';

const CREATORS = 50;
/** The number of responses before the event begins, and after it is over. */
const AROUND = 100;
/** How long a busy machine may take to respond so often. */
const PATIENCE = { timeoutMilliseconds: 240_000 };
/** Of the creates of a client, every tenth is stored. */
const STORED_OF = 10;

/** Enough pause that requests are in flight at any moment, without starving the event. */
export const STEADY: Load = { pauseMs: 100 };

/** What the clients do. */
export interface Load {
  /** The pause of a client between two creates. */
  pauseMs: number;
  /** Whether some runs are stored; otherwise all creates are dry runs. */
  storeSome?: true;
}

export interface Answers {
  created: number;
  /** The names of the runs that were stored. */
  stored: string[];
  refused: string[];
}

const template = `{"apiVersion":"hematoscope.app/v1","kind":"JobTemplate","metadata":{"name":"idle"},
  "spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"busybox"}]}}}}`;

/**
 * Fifty clients create JobRuns, one after the other, during the event and for a while before and after it. Returns how
 * many were admitted, and every denial. Most creates are dry runs: admission sees them as it sees all others, and the
 * cluster does not fill up.
 */
export async function createRunsDuring(
  cluster: Cluster,
  namespace: string,
  event: () => Promise<unknown>,
  load: Load,
): Promise<Answers> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(cluster.kubeconfig);
  const client = KubeClient.fromKubeConfig(kubeConfig, { component: 'creators', connections: CREATORS });
  const answers: Answers = { created: 0, stored: [], refused: [] };
  let over = false;
  const answered = async (more: number) => {
    const count = () => answers.created + answers.refused.length;
    const enough = count() + more;
    const isEnough = () => Promise.resolve(count() >= enough ? true : undefined);
    await waitFor(`the answers to ${more} more creates`, isEnough, PATIENCE);
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
      const dryRun = load.storeSome !== true || (i + id) % STORED_OF !== 0;
      try {
        const { metadata } = await client.create(JOB_RUNS, namespace, runFrom(id), { dryRun });
        answers.created += 1;
        if (!dryRun) answers.stored.push(metadata.name ?? '');
      } catch (error) {
        answers.refused.push(String(error));
      }
      await sleep(load.pauseMs);
    }
  };
  try {
    const applied = await cluster.apply(template, '-n', namespace);
    if (applied.code !== 0) throw new Error(applied.stderr);
    await Promise.all([director(), ...Array.from({ length: CREATORS }, (_, id) => creator(id))]);
  } finally {
    await client.close();
  }
  return answers;
}

const runFrom = (client: number): JobRun => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { generateName: `steady-${client}-` },
  spec: { templateRef: 'idle' },
});
