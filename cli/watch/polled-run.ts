import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { sleep } from '../../kube/controller/sleep.ts';
import { isPassing } from './object-events.ts';
import type { RunEvent } from './run-events.ts';

interface PolledRun {
  client: Pick<KubeClient, 'get'>;
  namespace: string;
  name: string;
  signal: AbortSignal;
}

const INTERVAL_MS = 2000;

/** Yields what `runEvents` would, of one run, for users who may not watch runs. */
export async function* polledRun(polled: PolledRun): AsyncGenerator<RunEvent> {
  const first = await read(polled);
  if (first === undefined) {
    yield { type: 'listed' };
    return;
  }
  yield* [{ type: 'changed', run: first } as const, { type: 'listed' } as const];
  for (let last = first; ;) {
    await sleep(INTERVAL_MS, polled.signal);
    if (polled.signal.aborted) throw polled.signal.reason;
    const run = await patiently(() => read(polled), last);
    if (run === undefined || run.metadata.uid !== first.metadata.uid) {
      yield { type: 'deleted', run: last };
      return;
    }
    if (run.metadata.resourceVersion !== last.metadata.resourceVersion) yield { type: 'changed', run };
    last = run;
  }
}

async function read({ client, namespace, name, signal }: PolledRun): Promise<JobRun | undefined> {
  try {
    return await client.get<JobRun>(JOB_RUNS, { namespace, name }, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** An API server that does not answer for a while changes nothing. */
async function patiently<T>(attempt: () => Promise<T>, known: T): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (isPassing(error)) return known;
    throw error;
  }
}
