import type { Failure } from '../../api/failure.ts';
import { CONDITION_FAILED, CONDITION_FAILURE_TARGET, CONDITION_SUCCESS_CRITERIA_MET } from '../../api/names.ts';
import type { Job, JobStatus } from '../../api/wire.ts';
import { failureOf } from '../pods/failure.ts';
import { isJobFinished, isTrue } from '../status/job-run-status.ts';
import type { Observation } from '../status/job-run-status.ts';
import { hidingFromOthers } from '../job/secret-values.ts';
import type { Situation } from './situation.ts';
import type { Step } from './step.ts';

type Condition = NonNullable<JobStatus['conditions']>[number];

/**
 * The step that finds out why attempts of a Job failed: its Pods are read when more of them have failed than before, and when
 * the Job has decided to fail, because it may delete its Pods then. A Pod that is being deleted, for example because its node
 * is drained, is gone once the Job has counted it, so it is read before. A run without failed attempts costs no request.
 */
export function failureStep(situation: Situation, observation: Observation): Step | undefined {
  const { record, answers, readsPods, template } = situation;
  if (observation.kind !== 'job' || !readsPods) return undefined;
  const { job } = observation;
  const key = keyOf(job);
  if (key === 0 || record.failure?.key === key) return undefined;
  const purpose = stageOf(job) === ATTEMPTS ? 'look' : 'failure';
  if (answers.pods === undefined) return { kind: 'readPods', job, look: record.look, purpose };
  if (answers.pods !== 'unknown' && template === undefined) return { kind: 'readTemplate' };
  return { kind: 'rememberFailure', seen: { key, failure: failureFrom(situation, job) } };
}

/**
 * Why the last attempt failed, as far as it is known: what is remembered, or else what a look in this attempt has found. A
 * container that is started again in its Pod fails without a failed Pod.
 */
export function knownFailure(situation: Situation, job: Job): Failure | undefined {
  const { record } = situation;
  return record.failure ? record.failure.failure : failureFrom(situation, job);
}

/** Without the template, it is not known what is secret: then only the Job says why it failed. */
function failureFrom({ answers, record, template, run }: Situation, job: Job): Failure | undefined {
  const known = record.failure?.failure;
  if (answers.pods === undefined || answers.pods === 'unknown' || template?.kind !== 'found') return known;
  const hide = hidingFromOthers(template.template.compiled, run);
  const before = known ?? run.status?.failure;
  return failureOf(answers.pods.pods, { job, outcome: decisionOf(job), before }, hide) ?? known;
}

/** Attempts have failed, if any. */
const ATTEMPTS = 0;
/** A Pod is being deleted, and not because the Job has ended. */
const DELETION = 1;
/** The Job fails. */
const DECISION = 2;
const STAGES = 3;

/** 0 if nothing has failed. Pods that are read again say nothing new while it stays the same. */
function keyOf(job: Job): number {
  return failedCount(job) * STAGES + stageOf(job);
}

function stageOf(job: Job): number {
  if (decisionOf(job)) return DECISION;
  const { status, spec } = job;
  const hasEnded = isJobFinished(job) || isTrue(status?.conditions, CONDITION_SUCCESS_CRITERIA_MET);
  return !hasEnded && spec?.suspend !== true && (status?.terminating ?? 0) > 0 ? DELETION : ATTEMPTS;
}

function decisionOf({ status }: Job): Condition | undefined {
  const types = [CONDITION_FAILED, CONDITION_FAILURE_TARGET];
  return status?.conditions?.find(({ type, status: state }) => state === 'True' && types.includes(type));
}

function failedCount({ status }: Job): number {
  return (status?.failed ?? 0) + (status?.uncountedTerminatedPods?.failed?.length ?? 0);
}
