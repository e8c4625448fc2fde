import { failedPod } from '../pods/failed-pod.ts';
import { podsView } from '../pods/pods-view.ts';
import type { PodsView } from '../pods/pods-view.ts';
import { isJobFinished } from '../status/job-run-status.ts';
import type { Observation } from '../status/job-run-status.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import { isPassing } from '../status/passing-change.ts';
import type { Look, Situation } from './situation.ts';
import type { Again, Step } from './step.ts';

/** A run whose Pod starts at once costs no request. */
const FIRST_LOOK_MS = 5_000;
/** The time to the next look doubles each time, so that thousands of runs that wait for days cost little. */
const LONGEST_LOOK_MS = 1_200_000;

/**
 * The step that finds out why a Job has no ready Pod, if it has had none for some time. What its Pods say is then known until
 * the next look. A Pod that becomes ready is seen in the status of the Job.
 */
export function podsStep(situation: Situation, observation: Observation): Step | undefined {
  const { record, answers, now, readsPods } = situation;
  if (!isLate(observation) || !readsPods) return record.look && { kind: 'planLook', look: undefined };
  if (answers.pods !== undefined) return mustHide(situation) ? { kind: 'readTemplate' } : undefined;
  if (record.look === undefined) return { kind: 'planLook', look: firstLook(situation) };
  if (now.monotonicMs < record.look.atMs) return undefined;
  return { kind: 'readPods', job: observation.job, look: lookAfterThis(record.look, now), purpose: 'look' };
}

/** The next look after one that is taken now, if it is due. */
export function lookAfterThis(look: Look, now: Situation['now']): Look {
  return now.monotonicMs < look.atMs ? look : lookAfter(look.delayMs * 2, now.monotonicMs);
}

/** What the last look has found, without secret values; `undefined` if there was none in this attempt. */
export function seenOfPods({ run, template, answers, now }: Situation): PodsView | undefined {
  if (answers.pods === undefined || answers.pods === 'unknown') return undefined;
  const { started, wait } = podsView(answers.pods, now.epochMs);
  if (!wait) return { started };
  const { reason } = wait;
  // Without the template, it is not known what is secret.
  if (template?.kind !== 'found') return { started, wait: { reason, message: 'no details are known' } };
  return { started, wait: { reason, message: hidingFromOthers(template.template.compiled, run)(wait.message) } };
}

/**
 * Whether a change of the status can wait: the next change soon replaces it, and the next attempt knows it as well. What only
 * a look in this attempt has found is written at once.
 */
export function canWait({ run, answers, record }: Situation, patch: Parameters<typeof isPassing>[1]): boolean {
  const isKnownOnlyNow = answers.pods !== undefined && answers.pods !== 'unknown' && record.failure === undefined;
  return !isKnownOnlyNow && isPassing(run.status ?? {}, patch);
}

/** Continues no later than the next look. */
export function withLook(again: Again | undefined, { record: { look }, now }: Situation): Again | undefined {
  if (look === undefined || again === 'retry') return again;
  const afterMs = Math.max(1, Math.ceil(look.atMs - now.monotonicMs));
  return again === undefined || again.afterMs > afterMs ? { afterMs } : again;
}

type JobObservation = Extract<Observation, { kind: 'job' }>;

/** Whether the Job should have a ready Pod, and has none. */
function isLate(observation: Observation): observation is JobObservation {
  if (observation.kind !== 'job') return false;
  const { job } = observation;
  return !isJobFinished(job) && job.spec?.suspend !== true && (job.status?.ready ?? 0) === 0;
}

/** A new syncer does not look at once at runs that have been waiting for long. */
function firstLook({ run, now }: Situation): Look {
  const { jobName, waiting } = run.status ?? {};
  const waitedMs = jobName === undefined ? 0 : now.epochMs - Date.parse(waiting?.since ?? '');
  return lookAfter(Number.isNaN(waitedMs) ? 0 : waitedMs, now.monotonicMs);
}

function lookAfter(wantedMs: number, nowMs: number): Look {
  const delayMs = Math.min(Math.max(wantedMs, FIRST_LOOK_MS), LONGEST_LOOK_MS);
  return { atMs: nowMs + delayMs, delayMs };
}

/** A message about a Pod can quote a secret value. Which values are secret, the template says. */
function mustHide({ template, answers, now }: Situation): boolean {
  if (template !== undefined || answers.pods === undefined || answers.pods === 'unknown') return false;
  return podsView(answers.pods, now.epochMs).wait !== undefined || failedPod(answers.pods.pods) !== undefined;
}
