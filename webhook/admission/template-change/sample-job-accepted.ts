import type { TemplateKind } from '../../../api/names.ts';
import type { Job } from '../../../api/wire.ts';
import { heldJob } from '../../lookups/job-to-try.ts';
import type { Check } from '../run-checks.ts';
import { refusedSample } from './refused-sample.ts';
import type { TemplateChange, TemplateChangeOptions } from './template-change.ts';

/** The API server accepts the Job in a dry run. */
export function sampleJobAccepted({ dryRuns }: Pick<TemplateChangeOptions, 'dryRuns'>): Check<TemplateChange> {
  return async (change) => {
    const { trial, sampleJob, signal } = change;
    const { kind } = change.template;
    const rendered = sampleJob();
    if ('errors' in rendered) return {};
    const outcome = await dryRuns.try(heldJob(rendered), signal);
    const unchecked = trial().warnings;
    switch (outcome.kind) {
      case 'accepted':
        return { warnings: [...outcome.warnings, ...unchecked] };
      case 'invalid': {
        const trying = { ...change, dryRuns };
        const { errors = [], warnings = [] } = await refusedSample(trying, rendered, outcome.errors);
        return { errors, warnings: [...warnings, ...unchecked] };
      }
      case 'forbidden':
        return {
          warnings: [
            `a Job of this ${kind} would be refused now${where(rendered.job, kind)}: ${outcome.message}`,
            ...unchecked,
          ],
        };
      case 'unknown':
        return { warnings: [`this ${kind} could not be checked: ${outcome.why}`] };
    }
  };
}

/** A Job of a ClusterJobTemplate was tried in one namespace. The policies of others are not known. */
function where({ metadata }: Job, kind: TemplateKind): string {
  return kind === 'ClusterJobTemplate' ? ` in namespace "${metadata?.namespace ?? ''}"` : '';
}
