import type { JobRun } from '../../api/job-run.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { DELETED, outcomeOf } from '../outcome/run-outcome.ts';
import type { RunOutcome } from '../outcome/run-outcome.ts';
import { polledRun } from './polled-run.ts';
import { runEvents } from './run-events.ts';
import type { RunEvent } from './run-events.ts';

export interface AwaitedRun {
  client: Pick<KubeClient, 'get' | 'list' | 'watch'>;
  namespace: string;
  name: string;
  /** The uid of the run. A later run of the same name is ignored. Absent: the run that exists now. */
  uid?: string | undefined;
  signal: AbortSignal;
  /** Called with each version of the run that is seen. */
  onVersion?: (run: JobRun) => void;
  onTrouble?: (error: Error | undefined) => void;
}

/**
 * Resolves when the run has finished or is gone. If the signal aborts before, it throws the signal's reason.
 *
 * @throws CommandError if there is no such run
 */
export async function waitForRun(awaited: AwaitedRun): Promise<RunOutcome> {
  let { uid } = awaited;
  let isSeen = false;
  for await (const event of eventsOf(awaited)) {
    if (event.type === 'listed' && !isSeen) break;
    if (event.type === 'listed') continue;
    uid ??= event.run.metadata.uid;
    if (event.run.metadata.uid !== uid) continue;
    isSeen = true;
    awaited.onVersion?.(event.run);
    const outcome = outcomeAfter(event);
    if (outcome !== undefined) return outcome;
  }
  if (uid !== undefined) return DELETED;
  throw new CommandError(EXIT.nothingStarted, notFoundText(awaited));
}

function outcomeAfter({ type, run }: Exclude<RunEvent, { type: 'listed' }>): RunOutcome | undefined {
  return outcomeOf(run) ?? (type === 'deleted' ? DELETED : undefined);
}

export function notFoundText({ namespace, name }: { namespace: string; name: string }): string {
  return `there is no JobRun "${name}" in namespace "${namespace}"`;
}

/** A user who may only `get` runs gets their versions by polling. */
async function* eventsOf({ name, uid, ...awaited }: AwaitedRun): AsyncGenerator<RunEvent> {
  const { client, namespace, signal } = awaited;
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  try {
    yield* runEvents({ ...awaited, selection, isPatient: uid !== undefined });
  } catch (error) {
    if (!(error instanceof KubeApiError && error.code === 403)) throw error;
    yield* polledRun({ client, namespace, name, signal });
  }
}
