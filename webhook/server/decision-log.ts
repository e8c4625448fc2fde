import type { Logger } from 'pino';
import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { Verdict } from '../admission/verdict.ts';

export interface Decision {
  webhook: string;
  request: AdmissionRequest;
  verdict: Verdict;
  milliseconds: number;
}

/** Logs one line per decision: the user, the object's name and the verdict. Never its content, which can contain secrets. */
export function logDecision(logger: Logger, { webhook, request, verdict, milliseconds }: Decision): void {
  const { uid, userInfo, kind, namespace, name, operation, dryRun } = request;
  const denial = verdict.allowed
    ? {}
    : { causes: verdict.status.details?.causes?.length ?? 0, reason: verdict.status.message };
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
