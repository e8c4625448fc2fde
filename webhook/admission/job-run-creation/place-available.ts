import { concurrencyErrors, notCounted, refusedFrom } from '../../../core/concurrency/admission-errors.ts';
import { groupOf } from '../../../core/concurrency/group.ts';
import type { GroupRuns } from '../../lookups/group-runs.ts';
import type { Check } from '../run-checks.ts';
import type { JobRunCreation } from './job-run-creation.ts';

/**
 * The `runs.concurrency` of the template, as it is now, admits one more run: fewer runs of its group are unfinished than it
 * permits. Two runs that are created at the same moment do not see each other: then the syncer decides.
 */
export function placeAvailable({ groupRuns }: { groupRuns: Pick<GroupRuns, 'unfinished'> }): Check<JobRunCreation> {
  return async ({ run, template, signal }) => {
    const found = await template();
    if (found.kind !== 'found') return {};
    const { concurrency } = found.present ?? found.template;
    const refused = concurrency && refusedFrom(concurrency);
    if (concurrency === undefined || refused === undefined) return {};
    const group = groupOf(run, concurrency, found.template.compiled);
    const { namespace } = run.metadata;
    // The run itself may be among them: its creation will be refused for its name.
    const others = await groupRuns.unfinished({ namespace, hash: group.hash, most: refused + 1 }, signal);
    return others.kind === 'known'
      ? { errors: concurrencyErrors(run, { concurrency, group }, others.names) }
      : { warnings: [notCounted({ concurrency, group }, others.why)] };
  };
}
