import type { JobRun } from '../../api/job-run.ts';
import {
  ANNOTATION_REQUESTED_BY,
  API_VERSION,
  CONDITION_COMPLETE,
  CONDITION_FAILED,
  CONDITION_FINISHED,
} from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { templateKeyOfRun } from '../template/template-key.ts';

type Condition = NonNullable<NonNullable<JobRun['status']>['conditions']>[number];

/** The type of the event, as CloudEvents calls it. */
const EVENT_TYPE = 'app.hematoscope.jobrun.finished';

/** What a receiver gets. Fields that a run does not have are absent. */
export interface CallbackPayload {
  name: string;
  namespace: string;
  /** `Failed` if the run has not succeeded, whatever its phase is. */
  status: 'Complete' | 'Failed';
  reason: string;
  message: string;
  uid: string;
  phase?: string;
  template: { kind: string; name: string };
  revision?: string;
  startTime?: string;
  completionTime?: string;
  failure?: unknown;
  results?: unknown;
  requester?: string;
}

/** Of a finished run. */
export function callbackPayload(run: JobRun): CallbackPayload {
  const { name = '', namespace = '', uid = '' } = run.metadata;
  const complete = conditionOf(run, CONDITION_COMPLETE);
  const { reason = '', message = '' } =
    complete ?? conditionOf(run, CONDITION_FAILED) ?? conditionOf(run, CONDITION_FINISHED) ?? {};
  const { kind, name: template } = templateKeyOfRun(run);
  return {
    name,
    namespace,
    status: complete ? 'Complete' : 'Failed',
    reason,
    message,
    uid,
    template: { kind, name: template },
    ...details(run),
  };
}

function details({ metadata, spec, status }: JobRun): Partial<CallbackPayload> {
  const { phase, template, startTime, completionTime, failure, results } = status ?? {};
  const all = {
    phase,
    revision: template?.revision ?? spec.templateRevision,
    startTime,
    completionTime,
    failure,
    results,
    requester: metadata.annotations?.[ANNOTATION_REQUESTED_BY],
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** The same for every attempt, so that a receiver can recognise a callback that it has received before. */
export function callbackId({ metadata: { uid = '' } }: JobRun): string {
  return `${uid}-finished`;
}

/** The attributes of the event, as CloudEvents 1.0 puts them into headers (binary mode). */
export function eventHeaders(run: JobRun): Record<string, string> {
  const { name = '', namespace = '' } = run.metadata;
  const time = conditionOf(run, CONDITION_FINISHED)?.lastTransitionTime;
  return {
    'ce-specversion': '1.0',
    'ce-type': EVENT_TYPE,
    'ce-source': `/apis/${API_VERSION}/namespaces/${namespace}/${JOB_RUNS.plural}`,
    'ce-subject': name,
    'ce-id': callbackId(run),
    ...(time !== undefined && { 'ce-time': time }),
  };
}

function conditionOf({ status }: JobRun, wanted: string): Condition | undefined {
  return status?.conditions?.find(({ type, status: value }) => type === wanted && value === 'True');
}
