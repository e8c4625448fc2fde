import type { JobRun } from '../../api/job-run.ts';
import { REASON_TEMPLATE_NOT_FOUND, REASON_WAITING_FOR_TEMPLATE } from '../../api/names.ts';
import type { MissingTemplatePolicy } from '../../api/names.ts';
import { missingTemplatePolicy } from '../template/missing-template.ts';
import { templateKeyOfRun } from '../template/template-key.ts';
import type { Observation } from '../status/job-run-status.ts';

export interface MissingTemplateRules {
  policy: MissingTemplatePolicy;
  /** How long a run waits, counted from its creation. */
  waitSeconds: number;
}

/** What happens to a run whose template does not exist. */
export interface TemplateWait {
  observation: Extract<Observation, { kind: 'pending' | 'failed' }>;
  /** When to check again, in milliseconds; absent once the run has failed. */
  afterMs?: number;
}

/**
 * A new template is normally seen at once. A waiting run checks if the watch missed it: after this time, and then when it
 * has waited twice as long as before, so that thousands of waiting runs cost little.
 */
const FIRST_CHECK_MS = 30_000;
const LONGEST_CHECK_MS = 600_000;

/** @param nowMs since the Unix epoch */
export function templateWait(run: JobRun, rules: MissingTemplateRules, nowMs: number): TemplateWait {
  const { kind, name, namespace } = templateKeyOfRun(run);
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  const absent = `${kind} "${name}" does not exist${where}`;
  const { policy } = missingTemplatePolicy(run, rules.policy);
  if (policy !== 'Wait') return notFound(`${absent}; create it, then create the JobRun again`, policy === 'Fail');
  const waitedMs = nowMs - createdMs(run, nowMs);
  const leftMs = rules.waitSeconds * 1000 - waitedMs;
  if (leftMs <= 0) return notFound(`${absent}, and did not appear within ${rules.waitSeconds} seconds`);
  const message = `${absent} yet; waiting for it`;
  return {
    observation: { kind: 'pending', reason: REASON_WAITING_FOR_TEMPLATE, message },
    afterMs: Math.min(leftMs, LONGEST_CHECK_MS, Math.max(FIRST_CHECK_MS, waitedMs)),
  };
}

function createdMs({ metadata }: JobRun, nowMs: number): number {
  const created = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(created) ? nowMs : created;
}

function notFound(message: string, countsAsPod = false): TemplateWait {
  const failure = { kind: 'failed', reason: REASON_TEMPLATE_NOT_FOUND, message } as const;
  return { observation: countsAsPod ? { ...failure, countsAsPod } : failure };
}
