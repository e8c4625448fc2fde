import type { TemplateOutline } from '../template/outline.ts';

/** How many finished runs are retained, and for how long. What is absent removes no run. */
export interface RetentionPolicy {
  ttlSecondsAfterFinished?: number | undefined;
  successfulRunsHistoryLimit?: number | undefined;
  failedRunsHistoryLimit?: number | undefined;
}

/**
 * The policy for the runs of a template as it is now. `runs.retention` replaces the defaults as a whole, so that an empty
 * one retains all runs. A run whose template was deleted has the defaults.
 */
export function retentionOf(
  template: Pick<TemplateOutline, 'runs'> | undefined,
  defaults: RetentionPolicy,
): RetentionPolicy {
  const { ttlSecondsAfterFinished, successfulRunsHistoryLimit, failedRunsHistoryLimit } =
    template?.runs?.retention ?? defaults;
  return {
    ttlSecondsAfterFinished: limit(ttlSecondsAfterFinished),
    successfulRunsHistoryLimit: limit(successfulRunsHistoryLimit),
    failedRunsHistoryLimit: limit(failedRunsHistoryLimit),
  };
}

/** Whether the policy can remove any run. */
export function removesRuns(policy: RetentionPolicy): boolean {
  return Object.values(policy).some((value) => value !== undefined);
}

/** A template that was stored before the CRD had the field can contain anything. */
function limit(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
