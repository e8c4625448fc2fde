import { LARGEST_JOB } from '../../api/limits.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { counted } from '../errors/counted.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field } from '../errors/field.ts';
import { FieldPath } from '../errors/field-path.ts';
import { inBytes } from '../errors/in-bytes.ts';
import { jsonBytes } from './json-bytes.ts';
import { pathOfParameter, type ParameterValues } from '../parameters/values.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { bytesOfValue, type Uses } from '../template/size-plan.ts';

const LIMIT = `a Job can have at most ${inBytes(LARGEST_JOB)}`;

/** The size of a Job in bytes, or the error of one that is too large. */
export type Size = { bytes: number } | { error: FieldError };

/** The most bytes of what every Job has beside the content of its template: its name, its owner, and our own labels. */
const OWN_BYTES = 8 * 1024;
/** The longest value of a label. */
const LONGEST_LABEL = 63;

/**
 * Computes the size of the Job's JSON before the run's overrides, from the template's size and the values, before any part
 * of the Job is built. The error is that of the parameter that adds the most.
 */
export function substitutedSize(template: CompiledTemplate, values: ParameterValues): Size {
  // Where the kubelet expands a string, a `$` can be doubled.
  let bytes = template.encodedSize + template.dollars + copiedLabels(template) + OWN_BYTES;
  let largest: { name: string; uses: Uses; bytes: number } | undefined;
  for (const [name, uses] of template.sizePlan) {
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

/** The labels of the Pods, which the Job gets too. Only those with a valid value are copied. */
function copiedLabels({ content: { spec } }: CompiledTemplate): number {
  const { labels } = (spec.template as Partial<typeof spec.template> | undefined)?.metadata ?? {};
  return Object.keys(labels ?? {}).reduce((sum, key) => sum + jsonBytes(key) + LONGEST_LABEL + 4, 0);
}

/**
 * The size of a Job, or the error of one that is too large because of what the run overrides. Only a Job that could be too
 * large is measured. The size of others is computed, and can be a little more than they have.
 * @param bytes the size of the Job before the overrides.
 */
export function jobSize(job: Job, run: JobRun, bytes: number): Size {
  const metadata = jsonBytes(job.metadata ?? {}) + jsonBytes(job.spec?.template.metadata ?? {});
  const most = bytes + jsonBytes(run.spec) + metadata;
  if (most <= LARGEST_JOB) return { bytes: most };
  const total = jsonBytes(job);
  if (total <= LARGEST_JOB) return { bytes: total };
  return { error: field.tooLarge(FieldPath.of('spec'), `the Job would have ${inBytes(total)}; ${LIMIT}`) };
}
