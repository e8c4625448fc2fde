import type { TemplateKind } from '../../../api/names.ts';
import type { RepeatableJob } from '../repeatable-job.ts';
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
    const outcome = await dryRuns.try(rendered, signal);
    // What was refused is changed and tried again.
    if (outcome.kind !== 'invalid') rendered.release();
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
            `a Job of this ${kind} would be refused now${where(rendered, kind)}: ${outcome.message}`,
            ...unchecked,
          ],
        };
      case 'unknown':
        return { warnings: [`this ${kind} could not be checked: ${outcome.why}`] };
    }
  };
}

/** A Job of a ClusterJobTemplate was tried in one namespace. The policies of others are not known. */
function where({ namespace = '' }: RepeatableJob, kind: TemplateKind): string {
  return kind === 'ClusterJobTemplate' ? ` in namespace "${namespace}"` : '';
}
