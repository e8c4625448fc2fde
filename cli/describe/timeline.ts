import type { JobRun } from '../../api/job-run.ts';
import {
  ANNOTATION_REQUESTED_BY,
  CONDITION_FAILURE_TARGET,
  CONDITION_FINISHED,
  CONDITION_JOB_CREATED,
  CONDITION_SUCCESS_CRITERIA_MET,
  CONDITION_SUSPENDED,
} from '../../api/names.ts';
import type { Pod } from '../../api/wire.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { containerEnds } from './container-ends.ts';

/** Something that happened to a run. */
interface Moment {
  time: string | undefined;
  what: string;
}

type Condition = NonNullable<NonNullable<JobRun['status']>['conditions']>[number];

/** Rows of a table: when something happened, how long after the creation of the run, and what. */
export function timelineRows(run: JobRun, pods: readonly Pod[]): string[][] {
  const moments = [...runMoments(run), ...pods.flatMap(podMoments)].filter(({ time }) => !Number.isNaN(msOf(time)));
  const first = msOf(run.metadata.creationTimestamp);
  return moments
    .toSorted((one, other) => msOf(one.time) - msOf(other.time))
    .map(({ time = '', what }) => [time, `+${humanDuration(msOf(time) - first)}`, what]);
}

function runMoments({ metadata, status = {} }: JobRun): Moment[] {
  const requester = metadata.annotations?.[ANNOTATION_REQUESTED_BY];
  return [
    { time: metadata.creationTimestamp, what: requester === undefined ? 'created' : `created by ${requester}` },
    ...(status.conditions ?? []).flatMap((condition) => conditionMoment(condition, status)),
    ...(status.waiting === undefined ? [] : [{ time: status.waiting.since, what: `waits: ${status.waiting.reason}` }]),
  ];
}

/** The conditions that tell a reader something new. */
function conditionMoment(
  condition: Condition,
  { jobName = '', phase = 'Unknown' }: NonNullable<JobRun['status']>,
): Moment[] {
  const { type, status, reason = '', lastTransitionTime: time } = condition;
  const texts: Readonly<Record<string, string>> = {
    [CONDITION_JOB_CREATED]: `Job ${jobName} created`,
    [CONDITION_SUSPENDED]: 'suspended',
    [CONDITION_FAILURE_TARGET]: `fails: ${reason}`,
    [CONDITION_SUCCESS_CRITERIA_MET]: `succeeds: ${reason}`,
    [CONDITION_FINISHED]: `finished: ${phase}`,
  };
  const what = Object.hasOwn(texts, type) ? texts[type] : undefined;
  return what === undefined || status !== 'True' ? [] : [{ time, what }];
}

function podMoments(pod: Pod): Moment[] {
  const { metadata, status } = pod;
  const name = metadata?.name ?? '';
  return [
    { time: metadata?.creationTimestamp, what: `Pod ${name} created` },
    { time: firstStart(pod), what: `Pod ${name} started` },
    ...containerEnds(pod).map(({ container, time, text }) => ({ time, what: `Pod ${name}: ${container} ${text}` })),
    ...(status?.phase === 'Failed' && status.reason !== undefined
      ? [{ time: metadata?.deletionTimestamp, what: `Pod ${name}: ${status.reason}` }]
      : []),
  ];
}

/** When the first container of the Pod started that is still known. */
function firstStart({ status }: Pod): string | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const times = all.flatMap(({ state, lastState }) => [
    lastState?.terminated?.startedAt,
    state?.running?.startedAt,
    state?.terminated?.startedAt,
  ]);
  return times.filter((time) => time !== undefined).sort()[0];
}

function msOf(time: string | undefined): number {
  return Date.parse(time ?? '');
}
