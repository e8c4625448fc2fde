import type { V1Status, V1StatusCause } from '@kubernetes/client-node';
import type { Job, Wire } from '../../api/wire.ts';
import type { FieldError, FieldErrorReason } from '../errors/field-error.ts';
import { knownFieldsBeside } from './known-fields.ts';
import { quantityErrors } from './quantity-errors.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

export type Status = Wire<V1Status>;

/**
 * What the API server's refusal of a Job means for the one who asked for it.
 * - `invalid`: the Job itself is wrong and always will be; paths are the Job's, which are the template's below `spec`.
 * - `forbidden`: a policy or quota of the namespace refuses this Job now.
 * - `unknown`: nothing is said about the Job: our own permission, the namespace, or the API server's state.
 */
export type JobRefusal =
  { kind: 'invalid'; errors: FieldError[] } | { kind: 'forbidden'; message: string } | { kind: 'unknown'; why: string };

/** Sorts the API server's answer to a (dry run) create of `job`. */
export function jobRefusal(status: Status, job: Job): JobRefusal {
  if (status.code === 422) return { kind: 'invalid', errors: fromCauses(status) };
  if (status.code === 400 && isAboutTheBody(status)) return { kind: 'invalid', errors: fromDecoding(status, job) };
  if (isPolicy(status)) return { kind: 'forbidden', message: withoutJobName(status.message ?? '') };
  return { kind: 'unknown', why: status.message ?? `HTTP status ${status.code ?? 'unknown'}` };
}

/** Admission plugins that have not caught up yet, with a quota made a moment ago for instance. */
const NOT_READY = /status unknown for quota|not yet ready to handle request/;

/** A refusal by an admission plugin names the Job; a missing permission of ours does not, as it holds for every Job. */
function isPolicy(status: Status): boolean {
  const { code, message = '', details } = status;
  if (NOT_READY.test(message) || isNamespaceEnding(status)) return false;
  if (/^admission webhook "[^"]*" denied the request/.test(message)) return true;
  return code === 403 && details?.name !== undefined && !message.includes(' cannot create resource ');
}

function isNamespaceEnding({ details }: Status): boolean {
  return details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}

function withoutJobName(message: string): string {
  return message.replace(/^jobs\.batch "[^"]*" is forbidden: /, '');
}

const isAboutTheBody = (status: Status): boolean =>
  /cannot be handled as a Job|decoding error/.test(status.message ?? '');

function fromCauses(status: Status): FieldError[] {
  const causes = status.details?.causes ?? [];
  if (causes.length === 0) return [{ path: 'spec', reason: 'FieldValueInvalid', message: status.message ?? 'invalid' }];
  return causes.map(fromCause);
}

function fromCause(cause: Wire<V1StatusCause>): FieldError {
  return {
    path: templatePath(cause.field ?? ''),
    reason: (cause.reason ?? 'FieldValueInvalid') as FieldErrorReason,
    message: cause.message ?? 'invalid',
  };
}

/** Kubernetes' validation leaves `metadata` out of the paths of a Pod template's labels and annotations. */
function templatePath(field: string): string {
  if (field === '') return 'spec';
  return field.replace(/^spec\.template\.(labels|annotations)\b/, 'spec.template.metadata.$1');
}

/** `…: strict decoding error: unknown field "a.b", duplicate field "c"`, or a value that is not of its type. */
function fromDecoding(status: Status, job: Job): FieldError[] {
  const message = status.message ?? '';
  const strict = Array.from(message.matchAll(/\b(unknown|duplicate) field "([^"]+)"/g));
  if (strict.length === 0) return unreadable(message, job);
  return strict.map(([, problem = '', path = '']) => {
    if (problem === 'duplicate') return { path, reason: 'FieldValueDuplicate', message: 'is given twice' };
    return { path, reason: 'FieldValueInvalid', message: unknownField(path) };
  });
}

function unknownField(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  const near = didYouMean(nearNames(name, knownFieldsBeside(path)));
  return `unknown field "${name}"${near === '' ? '' : `; ${near}`}`;
}

/** A value that is not of its type; the API server stops at the first, and does not always say where it stands. */
function unreadable(message: string, job: Job): FieldError[] {
  const quantities = quantityErrors(job);
  if (quantities.length > 0) return quantities;
  // `json: cannot unmarshal string into Go struct field JobSpec.spec.parallelism of type int32`
  const go = /cannot unmarshal (\S+) into Go struct field \w+\.(\S+) of type (\S+)/.exec(message);
  const [, given = '', path = '', wanted = ''] = go ?? [];
  if (path.startsWith('spec')) {
    return [{ path, reason: 'FieldValueTypeInvalid', message: `Invalid value: ${given}, where ${wanted} is expected` }];
  }
  const plain = message.replace(/^.*?cannot be handled as a Job: /, '');
  return [{ path: 'spec', reason: 'FieldValueInvalid', message: plain }];
}

/** True when only unknown or repeated fields were told: the rest of the Job was not looked at yet. */
export function isStrictDecodingError(status: Status): boolean {
  return status.code === 400 && /strict decoding error/.test(status.message ?? '');
}
