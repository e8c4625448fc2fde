import type { JobRun } from '../../../api/job-run.ts';
import { validateJobRun } from '../../../api/validators.ts';
import { validateTemplateRef } from '../../../core/template/template-reference.ts';
import type { AdmissionCase } from '../admission-case.ts';
import type { Findings } from '../run-checks.ts';

/** The object has the shape of a JobRun. The CRD requires the same; other checks rely on it. */
export function jobRunShape({ request: { object } }: AdmissionCase): Findings {
  const others = validateJobRun(object).filter(({ path }) => path !== 'spec.templateRef');
  const hasSpec = !others.some(({ path }) => path === '' || path === 'spec');
  return { errors: hasSpec ? [...validateTemplateRef(object as JobRun), ...others] : others };
}
