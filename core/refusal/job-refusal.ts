import { MOST_ERRORS } from '../../api/limits.ts';
import type { V1Status, V1StatusCause } from '@kubernetes/client-node';
import type { Job, Wire } from '../../api/wire.ts';
import type { FieldError, FieldErrorReason } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { atEntries } from './error-place.ts';
import { knownFieldsBeside } from './known-fields.ts';
import { quantityErrors } from './quantity-errors.ts';
import { misfitPaths } from './wrong-types.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

export type Status = Wire<V1Status>;

/**
 * What the API server's refusal of a Job means for its run or template.
 * - `invalid`: the Job itself is wrong, and a retry does not help. Paths below `spec` are the same in Job and template.
 * - `forbidden`: a policy or quota of the namespace refuses this Job now.
 * - `unknown`: the Job was not checked: a permission is missing, the namespace is being deleted, or the API server fails.
 */
export type JobRefusal =
  { kind: 'invalid'; errors: FieldError[] } | { kind: 'forbidden'; message: string } | { kind: 'unknown'; why: string };

/** Classifies the API server's answer to a (dry run) create of `job`. */
export function jobRefusal(status: Status, job: Job): JobRefusal {
  if (isPolicy(status)) return { kind: 'forbidden', message: withoutJobName(messageOf(status)) };
  if (status.code === 422) return { kind: 'invalid', errors: atEntries(fromCauses(status), job) };
  if (status.code === 400 && isAboutTheBody(status)) return { kind: 'invalid', errors: fromDecoding(status, job) };
  return { kind: 'unknown', why: status.message ?? `HTTP status ${status.code ?? 'unknown'}` };
}

/** Admission plugins that are not ready yet, for instance while a new quota has no status. */
const NOT_READY = /status unknown for quota|not yet ready to handle request/;

/** A policy chooses the code of its denials: a ValidatingAdmissionPolicy uses 422 unless it has a reason. */
const DENIED = /^(?:admission webhook "[^"]*" denied the request|jobs\.batch "[^"]*" is forbidden: )/;

/** A refusal by an admission plugin names the Job. A missing permission concerns all Jobs, and names none. */
function isPolicy(status: Status): boolean {
  const { code, message = '', details } = status;
  if (NOT_READY.test(message) || isNamespaceEnding(status)) return false;
  if (DENIED.test(message)) return true;
  if (code === 422) return hasNoField(status);
  return code === 403 && details?.name !== undefined && !message.includes(' cannot create resource ');
}

/** Each cause of an invalid Job has a field. The cause of a policy has only a message. */
function hasNoField({ details }: Status): boolean {
  const causes = details?.causes ?? [];
  return causes.some(({ message }) => message !== undefined) && causes.every(({ field = '' }) => field === '');
}

function messageOf({ message, details }: Status): string {
  return message ?? details?.causes?.[0]?.message ?? '';
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
  if (causes.length === 0) return [field.reported('spec', 'FieldValueInvalid', status.message ?? 'invalid')];
  return causes.slice(0, MOST_ERRORS).map(fromCause);
}

function fromCause(cause: Wire<V1StatusCause>): FieldError {
  const reason = (cause.reason ?? 'FieldValueInvalid') as FieldErrorReason;
  return field.reported(templatePath(cause.field ?? ''), reason, cause.message ?? 'invalid');
}

/** Kubernetes' validation leaves `metadata` out of the paths of a Pod template's labels and annotations. */
function templatePath(path: string): string {
  if (path === '') return 'spec';
  return path.replace(/^spec\.template\.(labels|annotations)\b/, 'spec.template.metadata.$1');
}

/** `…: strict decoding error: unknown field "a.b", duplicate field "c"`, or a value of the wrong type. */
function fromDecoding(status: Status, job: Job): FieldError[] {
  const message = status.message ?? '';
  const strict = Array.from(message.matchAll(/\b(unknown|duplicate) field "([^"]+)"/g));
  if (strict.length === 0) return typeErrors(message, job);
  return strict.map(([, problem = '', path = '']) => {
    if (problem === 'duplicate') return field.duplicate(path, OMITTED, 'the field is set twice');
    const name = path.slice(path.lastIndexOf('.') + 1);
    return field.unknown(path, name, didYouMean(nearNames(name, knownFieldsBeside(path))));
  });
}

/** A value of the wrong type. The API server reports the first one only, and not always its path. */
function typeErrors(message: string, job: Job): FieldError[] {
  const quantities = quantityErrors(job);
  if (quantities.length > 0) return quantities;
  // `json: cannot unmarshal string into Go struct field JobSpec.spec.parallelism of type int32`
  const go = /cannot unmarshal (\w+(?: [^\s"]+)?) into Go struct field \w+\.(\S+) of type (\S+)/.exec(message);
  const [, given = '', path = '', wanted = ''] = go ?? [];
  if (path.startsWith('spec')) {
    const paths = misfitPaths(job, { path, given });
    return (paths.length === 0 ? [path] : paths).map((at) =>
      field.typeInvalid(at, OMITTED, `${given}, where ${wanted} is expected`),
    );
  }
  const plain = message.replace(/^.*?cannot be handled as a Job: /, '');
  return [field.reported('spec', 'FieldValueInvalid', plain)];
}

/** True if the API server reported unknown or duplicate fields: then it did not check the rest of the Job. */
export function isStrictDecodingError(status: Status): boolean {
  return status.code === 400 && /strict decoding error/.test(status.message ?? '');
}
