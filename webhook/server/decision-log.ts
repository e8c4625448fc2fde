import type { Logger } from 'pino';
import type { AdmissionRequest, AdmissionStatus } from '../../api/admission-review.ts';
import type { Verdict } from '../admission/verdict.ts';

export interface Decision {
  webhook: string;
  request: AdmissionRequest;
  verdict: Verdict;
  milliseconds: number;
}

/** Maximum number of fields and of characters of each that are logged. */
const MOST_FIELDS = 10;
const LONGEST_FIELD = 200;

/**
 * Logs one line per decision: the user, the object's name, the verdict, and the fields that are wrong. Never the content of
 * the object, which can contain secrets; messages quote it, and are not logged.
 */
export function logDecision(logger: Logger, { webhook, request, verdict, milliseconds }: Decision): void {
  const { uid, userInfo, kind, namespace, name, operation, dryRun } = request;
  const denial = verdict.allowed ? {} : denialOf(verdict.status);
  logger.info(
    {
      webhook,
      uid,
      user: userInfo.username,
      kind: kind.kind,
      namespace,
      name,
      operation,
      dryRun: dryRun === true,
      verdict: verdict.allowed ? 'allowed' : 'denied',
      warnings: verdict.warnings.length,
      patched: verdict.allowed && verdict.patch !== undefined,
      ...denial,
      ms: Math.round(milliseconds * 10) / 10,
    },
    'admission',
  );
}

function denialOf({ reason, details }: AdmissionStatus): object {
  const causes = details?.causes ?? [];
  const fields = causes.slice(0, MOST_FIELDS).map(({ field }) => field.slice(0, LONGEST_FIELD));
  return { reason, causes: causes.length, fields };
}
