import { LARGEST_JOB } from '../../api/limits.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { counted } from '../errors/counted.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { inBytes } from '../errors/in-bytes.ts';
import { pathOfParameter, type ParameterValues } from '../parameters/values.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { bytesOfValue, type Uses } from '../template/size-plan.ts';

const LIMIT = `a Job can have at most ${inBytes(LARGEST_JOB)}`;

/** The size of a Job before the run's overrides, or the error of the parameter that adds the most. */
export type SubstitutedSize = { bytes: number } | { error: FieldError };

/** Computes the size of the Job's JSON from the template's size and the values, before any part of the Job is built. */
export function substitutedSize({ size, sizePlan }: CompiledTemplate, values: ParameterValues): SubstitutedSize {
  let bytes = size;
  let largest: { name: string; uses: Uses; bytes: number } | undefined;
  for (const [name, uses] of sizePlan) {
    const added = bytesOfValue(values.get(name) ?? '', uses);
    bytes += added;
    if (added > (largest?.bytes ?? 0)) largest = { name, uses, bytes: added };
  }
  if (bytes <= LARGEST_JOB || largest === undefined) return { bytes };
  const { name, uses } = largest;
  const places = counted(uses.plain + uses.expanded + uses.elements, 'place');
  const why = `the template inserts this value in ${places}, and the Job would have ${inBytes(bytes)}; ${LIMIT}`;
  return { error: field.tooLarge(pathOfParameter(name), why) };
}

/**
 * The error of a Job that is too large because of what the run overrides. Only a Job that could be too large is measured.
 * @param bytes the size of the Job before the overrides.
 */
export function jobSizeErrors(job: Job, run: JobRun, bytes: number): FieldError[] {
  if (bytes + jsonBytes(run.spec) + jsonBytes(job.metadata ?? {}) <= LARGEST_JOB) return [];
  const total = jsonBytes(job);
  if (total <= LARGEST_JOB) return [];
  return [field.tooLarge(FieldPath.of('spec'), `the Job would have ${inBytes(total)}; ${LIMIT}`)];
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
