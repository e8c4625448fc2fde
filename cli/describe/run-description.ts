import type { JobRun } from '../../api/job-run.ts';
import { ANNOTATION_CANCELLED_BY, ANNOTATION_REQUESTED_BY, ANNOTATION_RERUN_OF } from '../../api/names.ts';
import { quoted } from '../../core/errors/quoted.ts';
import { durationMsOf } from '../outcome/run-duration.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { printableLine } from '../terminal/printable.ts';
import { styled } from '../terminal/text.ts';
import type { Text } from '../terminal/text.ts';

/** A name and its value; without a value it is left out. */
export type Fact = readonly [name: string, value: string | undefined];

/** What is known about a run: what it runs, how it goes, and why. */
export function runFacts(run: JobRun, now: number): Fact[] {
  const { metadata, spec, status = {} } = run;
  const { annotations = {} } = metadata;
  const duration = durationMsOf(run, now);
  const kind = spec.templateKind === 'ClusterJobTemplate' ? ' (ClusterJobTemplate)' : '';
  return [
    ['Name', metadata.name],
    ['Namespace', metadata.namespace],
    ['Template', `${spec.templateRef}${kind}`],
    ['Revision', spec.templateRevision],
    ['Requested by', annotations[ANNOTATION_REQUESTED_BY]],
    ['Rerun of', annotations[ANNOTATION_RERUN_OF]],
    ['Status', status.phase ?? 'Pending'],
    ['Cancelled by', annotations[ANNOTATION_CANCELLED_BY]],
    ['Waiting', sentence(status.waiting?.reason, status.waiting?.message)],
    ['Error', status.error],
    ...failureFacts(status.failure),
    ['Job', status.jobName],
    ['Created', ago(metadata.creationTimestamp, now)],
    ['Started', ago(status.startTime, now)],
    ['Duration', duration === undefined ? undefined : humanDuration(duration)],
    ['Pods', podsOf(status)],
  ];
}

function failureFacts(failure: NonNullable<JobRun['status']>['failure']): Fact[] {
  if (failure === undefined) return [];
  return [
    ['Last failure', sentence(failure.reason, failure.message)],
    ['Exit code', failure.exitCode?.toString()],
    ['Attempts', failure.attempts?.toString()],
  ];
}

/** The values that the run set for parameters; of secret ones only that they are set. */
export function parameterFacts({ spec }: JobRun, isSecret: (name: string) => boolean): Fact[] {
  return Object.entries(spec.parameters ?? {}).map(([name, value]) => [name, isSecret(name) ? '***' : quoted(value)]);
}

/** The results of a run, which every user who may read it can read. */
export function resultFacts({ status }: JobRun): Fact[] {
  return Object.entries(status?.results ?? {}).map(([name, value]) => [name, quoted(value)]);
}

/** Lines of a list of facts. */
export function factLines(facts: readonly Fact[], indent = ''): Text[] {
  const known = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value = '']) => {
    const padding = ' '.repeat(width - name.length + 2);
    return [indent, styled('bold', `${printableLine(name)}:`), padding, printableLine(value)];
  });
}

function sentence(...parts: (string | undefined)[]): string | undefined {
  const known = parts.filter((part) => part !== undefined && part !== '');
  return known.length === 0 ? undefined : known.join(': ');
}

function ago(time: string | undefined, now: number): string | undefined {
  const ms = Date.parse(time ?? '');
  return time === undefined || Number.isNaN(ms) ? undefined : `${time} (${humanDuration(now - ms)} ago)`;
}

function podsOf({ active, ready, succeeded, failed }: NonNullable<JobRun['status']>): string | undefined {
  const counts = Object.entries({ active, ready, succeeded, failed }).filter(([, count]) => (count ?? 0) > 0);
  return counts.length === 0 ? undefined : counts.map(([what, count]) => `${count ?? 0} ${what}`).join(', ');
}
