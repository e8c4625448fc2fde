import { DEFAULT_LIMIT, DEFAULT_MAX_QUEUED, type Concurrency } from '../../api/concurrency.ts';
import { MOST_CONCURRENT_RUNS, MOST_QUEUED_RUNS } from '../../api/limits.ts';
import type { JobRun } from '../../api/job-run.ts';
import { CONCURRENCY_POLICIES, LABEL_CONCURRENCY_GROUP, REASON_WAITING_FOR_TEMPLATE } from '../../api/names.ts';

/** How many runs are under way at the same time, with every default. */
export interface ConcurrencyPolicy {
  policy: Exclude<Concurrency['policy'], 'Allow'>;
  limit: number;
  /** With placeholders. `undefined`: the runs of the template. */
  group: string | undefined;
  maxQueued: number;
  queueTimeoutSeconds: number | undefined;
}

/**
 * The policy of a template as it is now; `undefined` if any number of its runs can be under way. A template that was stored
 * before the CRD had the fields can contain anything: what is wrong is replaced by the default.
 */
export function concurrencyOf(
  template: { runs?: { concurrency?: unknown } | null } | undefined,
): ConcurrencyPolicy | undefined {
  const declared = (template?.runs?.concurrency ?? {}) as Partial<Concurrency>;
  const policy = CONCURRENCY_POLICIES.find((known) => known === declared.policy) ?? 'Allow';
  return policy === 'Allow' ? undefined : withDefaults(policy, declared);
}

/**
 * Whether the template of this run limited its runs when it was created, or when it was worked on last. A run that names a
 * revision waits for its template only for that reason.
 */
export function wasLimited({ metadata, spec, status }: JobRun): boolean {
  if (status?.phase === 'Queued' || metadata.labels?.[LABEL_CONCURRENCY_GROUP] !== undefined) return true;
  return spec.templateRevision !== undefined && status?.waiting?.reason === REASON_WAITING_FOR_TEMPLATE;
}

function withDefaults(policy: ConcurrencyPolicy['policy'], declared: Partial<Concurrency>): ConcurrencyPolicy {
  const { limit, group, maxQueued, queueTimeoutSeconds } = declared;
  return {
    policy,
    limit: within(limit, { least: 1, most: MOST_CONCURRENT_RUNS }) ?? DEFAULT_LIMIT,
    group: typeof group === 'string' && group !== '' ? group : undefined,
    maxQueued: within(maxQueued, { least: 0, most: MOST_QUEUED_RUNS }) ?? DEFAULT_MAX_QUEUED,
    queueTimeoutSeconds: within(queueTimeoutSeconds, { least: 1, most: Infinity }),
  };
}

function within(value: unknown, { least, most }: { least: number; most: number }): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= least ? Math.min(value as number, most) : undefined;
}
