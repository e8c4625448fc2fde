import type { JobRun } from '../api/job-run.ts';
import { REASON_TEMPLATE_NOT_FOUND, REASON_WAITING_FOR_TEMPLATE } from '../api/names.ts';
import type { MissingTemplatePolicy } from '../api/names.ts';
import type { Observation } from '../core/job/job-run-status.ts';
import { missingTemplatePolicy } from '../core/template/missing-template.ts';
import { templateKeyOfRun } from '../core/template/template-key.ts';

export interface MissingTemplateRules {
  policy: MissingTemplatePolicy;
  /** How long a run waits, counted from its creation. */
  waitSeconds: number;
}

/** What follows for a run whose template does not exist; `afterMs`: look again then. */
export interface MissingTemplateDecision {
  observation: Extract<Observation, { kind: 'pending' | 'failed' }>;
  afterMs?: number;
}

/** A template appearing is seen at once; this is for the case that it was not. */
const LOOK_AGAIN_MS = 30_000;

/** @param now milliseconds since the epoch. */
export function missingTemplate(run: JobRun, rules: MissingTemplateRules, now: number): MissingTemplateDecision {
  const { kind, name, namespace } = templateKeyOfRun(run);
  const where = namespace === undefined ? '' : ` in namespace "${namespace}"`;
  const absent = `${kind} "${name}" does not exist${where}`;
  if (missingTemplatePolicy(run, rules.policy).policy !== 'Wait')
    return notFound(`${absent}; create it, then create the JobRun anew`);
  const created = Date.parse(run.metadata.creationTimestamp ?? '');
  const leftMs = (Number.isNaN(created) ? now : created) + rules.waitSeconds * 1000 - now;
  if (leftMs <= 0) return notFound(`${absent}, and did not appear within ${rules.waitSeconds} seconds`);
  const message = `${absent} yet; waiting for it`;
  return {
    observation: { kind: 'pending', reason: REASON_WAITING_FOR_TEMPLATE, message },
    afterMs: Math.min(leftMs, LOOK_AGAIN_MS),
  };
}

function notFound(message: string): MissingTemplateDecision {
  return { observation: { kind: 'failed', reason: REASON_TEMPLATE_NOT_FOUND, message } };
}
