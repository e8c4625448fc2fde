import { MOST_ERRORS } from '../../api/limits.ts';
import type { AdmissionCase } from './admission-case.ts';
import type { Findings } from './run-checks.ts';

/** The same findings, without the values that the answer to this request must not quote. */
export async function withoutSecrets(
  { lookUpHide }: AdmissionCase,
  findings: readonly Findings[],
): Promise<readonly Findings[]> {
  if (lookUpHide === undefined || !findings.some(isQuoting)) return findings;
  const hide = await lookUpHide();
  return findings.map(({ errors, forbidden, warnings, ...others }) => ({
    ...others,
    ...(errors && {
      errors: errors.slice(0, MOST_ERRORS).map((error) => ({ ...error, message: hide(error.message) })),
    }),
    ...(forbidden !== undefined && { forbidden: hide(forbidden) }),
    ...(warnings && { warnings: warnings.map(hide) }),
  }));
}

function isQuoting({ errors = [], forbidden, warnings = [] }: Findings): boolean {
  return errors.length > 0 || warnings.length > 0 || forbidden !== undefined;
}
