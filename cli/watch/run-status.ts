import type { JobRun } from '../../api/job-run.ts';
import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import type { ClusterContext } from '../context.ts';
import { durationMsOf } from '../outcome/run-duration.ts';
import { isCi } from '../terminal/ci.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { styled } from '../terminal/text.ts';
import type { Text } from '../terminal/text.ts';
import { styleOfPhase } from '../terminal/phase-style.ts';

/** A run in one line: its phase, how long it has been waiting or running, how many of its Pods are done, and retries. */
export function runStatusText(run: JobRun, pods: number | undefined, now: number): Text {
  const { phase = 'Pending', waiting, succeeded = 0, failed = 0 } = run.status ?? {};
  const facts = [humanDuration(ageOf(run, now)), podsText(succeeded, pods), retriesText(failed), waiting?.reason ?? ''];
  const name = styled('bold', `jobrun/${run.metadata.name ?? ''}`);
  return [name, ' ', styled(styleOfPhase(phase), phase), ` · ${facts.filter((fact) => fact !== '').join(' · ')}`];
}

/** Since its Job started; before, since it was created. */
function ageOf(run: JobRun, now: number): number {
  const created = Date.parse(run.metadata.creationTimestamp ?? '');
  return durationMsOf(run, now) ?? (Number.isNaN(created) ? 0 : now - created);
}

function podsText(succeeded: number, pods: number | undefined): string {
  if (pods !== undefined) return `${succeeded} of ${pods} Pods done`;
  return succeeded === 0 ? '' : `${succeeded} Pods done`;
}

function retriesText(failed: number): string {
  if (failed === 0) return '';
  return failed === 1 ? '1 retry' : `${failed} retries`;
}

/** What shows the state of a run. */
export interface RunStatus {
  onVersion: (run: JobRun) => void;
  stop: () => void;
}

/** Shows the state of a run in the last line of a terminal. Elsewhere, it shows nothing. */
export function showRunStatus(context: ClusterContext, first?: JobRun): RunStatus {
  let last = first;
  let pods: number | undefined;
  let hasAsked = false;
  const { terminal, env, now } = context;
  const text = () => (last === undefined ? '' : runStatusText(last, pods, now()));
  const stop = isCi(env) || env.TERM === 'dumb' ? undefined : terminal.showStatus(text);
  if (stop === undefined) return { onVersion: () => undefined, stop: () => undefined };
  const onVersion = (run: JobRun): void => {
    last = run;
    if (hasAsked || run.status?.jobName === undefined) return;
    hasAsked = true;
    void podsOf(context, run.status.jobName).then((count) => (pods = count));
  };
  return { onVersion, stop };
}

/** How many Pods of a Job must succeed. `undefined`: that is open, or the user may not know. */
async function podsOf({ client, namespace, interrupted: signal }: ClusterContext, name: string) {
  try {
    const { spec } = await client.get<Job>(JOBS, { namespace, name }, { signal });
    return spec?.completions;
  } catch {
    return undefined;
  }
}
