import type { JobRunStatus } from '../../../../api/job-run.ts';
import { nextStep } from '../../../../core/run/next-step.ts';
import type { Situation } from '../../../../core/run/situation.ts';
import type { Step } from '../../../../core/run/step.ts';
import { NAME, situation } from './situations.ts';

export const step = (more: Partial<Situation>): Step => nextStep(situation(more));

/** A step in short: its kind and its main values. */
export function inShort(taken: Step): unknown {
  const summarize = SUMMARIES[taken.kind] as (step: Step) => unknown;
  return summarize(taken);
}

const SUMMARIES: { [Kind in Step['kind']]: (taken: Extract<Step, { kind: Kind }>) => unknown } = {
  nothing: ({ again }) => (again === undefined ? 'nothing' : ['nothing', again]),
  wait: ({ afterMs }) => ['wait', afterMs],
  readJob: ({ name }) => ['readJob', name],
  readTemplate: () => 'readTemplate',
  createJob: ({ job }) => ['createJob', job.metadata?.name],
  adoptJob: ({ template }) => ['adoptJob', template?.revision],
  setSuspend: ({ suspend, event }) => ['setSuspend', suspend, event.reason],
  enterLine: ({ group }) => ['enterLine', group.called],
  takePlace: ({ group }) => ['takePlace', group.called],
  confirmPlace: ({ group }) => ['confirmPlace', group.called],
  yieldPlace: ({ group }) => ['yieldPlace', group.called],
  stayInLine: () => 'stayInLine',
  delayCreation: ({ reason }) => ['delayCreation', reason],
  stopJob: ({ why }) => ['stopJob', why],
  markApplied: ({ event }) => (event ? ['markApplied', event.reason] : 'markApplied'),
  planLook: ({ look }) => ['planLook', look?.delayMs],
  readPods: ({ look, purpose }) => ['readPods', look?.delayMs, ...(purpose === 'start' ? [purpose] : [])],
  rememberFailure: ({ seen }) => ['rememberFailure', seen.key],
  rememberResults: ({ results }) => ['rememberResults', results.reason],
  writeStatus: ({ patch, events, again }) => {
    const { phase = 'the same phase', error } = patch as JobRunStatus;
    const reasons = events.map(({ reason }) => reason);
    return ['writeStatus', phase, ...reasons, ...(error === undefined ? [] : [error]), ...(again ? [again] : [])];
  },
};

/** The step for a run whose Job was deleted while nobody watched. */
export const UNKNOWN = [
  'writeStatus',
  'Unknown',
  'OutcomeUnknown',
  `Job "${NAME}" was deleted while no syncer watched it, so its outcome is not known`,
];

export type Row = [sentence: string, situation: Partial<Situation>, step: unknown];
