import type { JobRun } from '../../../api/job-run.ts';
import { validateJobRun } from '../../../api/validators.ts';
import { unknownRunFields } from '../../../core/run/unknown-run-fields.ts';
import { validateTemplateRef } from '../../../core/template/template-reference.ts';
import type { AdmissionCase } from '../admission-case.ts';
import type { Findings } from '../run-checks.ts';

/** The object has the shape of a JobRun, without unknown fields. Other checks rely on it. */
export function jobRunShape({ request: { object } }: AdmissionCase): Findings {
  const wrong = validateJobRun(object).filter(({ path }) => path !== 'spec.templateRef');
  const others = [...unknownRunFields(object), ...wrong];
  const hasSpec = !wrong.some(({ path }) => path === '' || path === 'spec');
  return { errors: hasSpec ? [...validateTemplateRef(object as JobRun), ...others] : others };
}
