import type { JobRun } from '../api/job-run.ts';
import type { Template } from '../api/job-template.ts';
import type { Override } from '../api/names.ts';
import type { JobSpec } from '../api/wire.ts';
import type { FieldError } from './field-error.ts';

/** What a run overrides that the template does not allow, or cannot be overridden so. Paths are the run's. */
export function overrideErrors(_template: Template, _run: JobRun): FieldError[] {
  return [];
}

/** The JobSpec with what the run overrides. Whether it may is not asked here. */
export function withOverrides(spec: JobSpec, _run: JobRun): JobSpec {
  return spec;
}

/** What a run overrides, by the names of the template's allow-list. */
export function overridesOf(_run: JobRun): Override[] {
  return [];
}
