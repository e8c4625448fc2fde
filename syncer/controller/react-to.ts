import type { TemplateKey } from '../../core/template/template-key.ts';
import { isOwnJob, jobUidOfRun } from '../../core/job/ownership.ts';
import type { WorkQueue } from '../../kube/controller/work-queue.ts';
import type { CallbackDelivery } from '../callback/callback-delivery.ts';
import type { PlaceRelease } from '../concurrency/place-release.ts';
import type { Places } from '../concurrency/places.ts';
import type { RunRemoval } from '../retention/run-removal.ts';
import type { RevisionKeeper } from '../revisions/revision-keeper.ts';
import type { RunRecords } from '../run/run-records.ts';
import type { Reaction } from './event-routing.ts';

/** The parts of the controller that events concern. */
export interface Reactors {
  queue: Pick<WorkQueue, 'add'>;
  records: RunRecords;
  places: Pick<Places, 'ended'>;
  release: Pick<PlaceRelease, 'touched' | 'jobTouched'>;
  callbacks: Pick<CallbackDelivery, 'add'>;
  removal: Pick<RunRemoval, 'count' | 'checkTemplate'>;
  /** The keys of the unfinished runs of a template that this syncer works on. */
  unfinishedRuns: (template: TemplateKey) => Iterable<string>;
  keeper: Pick<RevisionKeeper, 'check' | 'release'>;
}

type ReactionOf<Kind extends Reaction['kind']> = Extract<Reaction, { kind: Kind }>;
type Handlers = { [Kind in Reaction['kind']]: (reactors: Reactors, reaction: ReactionOf<Kind>) => void };

const HANDLERS: Handlers = {
  reconcile: ({ queue, release }, { run, priority }) => {
    release.touched(run);
    queue.add(run, priority);
  },
  checkPlaceOfJob: ({ release }, { job }) => {
    release.jobTouched(job);
  },
  rememberDeletedJob: ({ records }, { run, job, deletion }) => {
    if (!isOwnJob(job, run, jobUidOfRun(run, records.get(run)))) return;
    records.update(run, { deletedJob: job, deletedUnseen: deletion === 'missed' ? true : undefined });
  },
  forgetRun: ({ records, places }, { run }) => {
    places.ended(run);
    records.forget(run);
  },
  sendCallback: ({ callbacks }, { run }) => {
    callbacks.add(run);
  },
  countRun: ({ removal }, { run }) => {
    removal.count(run);
  },
  checkRetention: ({ removal }, { template }) => {
    removal.checkTemplate(template);
  },
  reconcileRuns: ({ queue, unfinishedRuns }, { template }) => {
    for (const run of unfinishedRuns(template)) queue.add(run, 'low');
  },
  reconcileWaiting: ({ queue, records }, { template }) => {
    for (const run of records.takeWaiting(template)) queue.add(run);
  },
  checkRevisions: ({ keeper }, { template }) => {
    keeper.check(template);
  },
  releaseRevision: ({ keeper }, { template }) => {
    keeper.release(template);
  },
};

/** Hands an event to the part of the controller that it concerns. */
export function reactTo<Kind extends Reaction['kind']>(reactors: Reactors, reaction: ReactionOf<Kind>): void {
  const handle = HANDLERS[reaction.kind] as (reactors: Reactors, reaction: ReactionOf<Kind>) => void;
  handle(reactors, reaction);
}
