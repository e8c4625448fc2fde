import { isIP } from 'node:net';
import type { JobRun, JobRunSpec } from '../../api/job-run.ts';
import type { FieldError } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field, OMITTED } from '../errors/field.ts';
import { isHeaderText } from './authorization.ts';
import type { CallbackPolicy } from './callback-policy.ts';
import { matchesHost } from './host-pattern.ts';

const SPEC = FieldPath.of('spec');
const URL_FIELD = SPEC.child('callbackUrl');
const TOKEN = SPEC.child('callbackToken');
const HOSTS_HINT = 'the administrator of the cluster sets them with the chart value callbacks.allowedHosts';
const SECRET = SPEC.child('callbackTokenSecretRef');

/** Why the callback of this run is not permitted. Empty if the run has none. */
export function callbackErrors({ metadata, spec }: JobRun, policy: CallbackPolicy): FieldError[] {
  const { namespace = '' } = metadata;
  return [...urlErrors(spec, namespace, policy), ...tokenErrors(spec, namespace, policy)];
}

/** What is permitted, and that a user should know. */
export function callbackWarnings({ spec }: JobRun): string[] {
  if (spec.callbackToken === undefined) return [];
  return [
    'spec.callbackToken: all readers of this JobRun can read the token; store it in a Secret, and set spec.callbackTokenSecretRef instead',
  ];
}

function urlErrors({ callbackUrl: text }: JobRunSpec, namespace: string, policy: CallbackPolicy): FieldError[] {
  if (text === undefined) return [];
  if (policy.allowedHosts.length === 0) {
    const how = 'the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts';
    return [field.forbidden(URL_FIELD, `no callbacks are permitted: ${how}`)];
  }
  const url = URL.parse(text);
  // The URL can contain a secret.
  if (url === null)
    return [field.invalid(URL_FIELD, OMITTED, 'must be an absolute URL, such as https://example.com/done')];
  return [...schemeErrors(url, policy), ...credentialErrors(url), ...hostErrors(url, namespace, policy)];
}

function schemeErrors({ protocol }: URL, { allowHttp }: CallbackPolicy): FieldError[] {
  if (protocol === 'https:' || (allowHttp && protocol === 'http:')) return [];
  const why = protocol === 'http:' ? '; the chart value callbacks.allowHttp permits http' : '';
  return [field.invalid(URL_FIELD, protocol, `must be an https URL${why}`)];
}

function credentialErrors({ username, password }: URL): FieldError[] {
  if (username === '' && password === '') return [];
  const why = 'must have no user name and no password; use spec.callbackTokenSecretRef';
  return [field.invalid(URL_FIELD, OMITTED, why)];
}

function hostErrors({ hostname }: URL, namespace: string, { allowedHosts }: CallbackPolicy): FieldError[] {
  if (isAddress(hostname))
    return [field.invalid(URL_FIELD, hostname, 'must have the name of a host, not an IP address')];
  if (allowedHosts.some((pattern) => matchesHost(pattern, hostname, namespace))) return [];
  return [field.notSupported(URL_FIELD, hostname, { supported: allowedHosts, hint: HOSTS_HINT })];
}

/** The parser of URLs has converted every spelling of an IPv4 address to the usual one. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || isIP(hostname) !== 0;
}

function tokenErrors(spec: JobRunSpec, namespace: string, policy: CallbackPolicy): FieldError[] {
  const { callbackToken: token, callbackTokenSecretRef: ref } = spec;
  const errors: FieldError[] = [];
  if (spec.callbackUrl === undefined && (token !== undefined || ref !== undefined)) {
    errors.push(field.required(URL_FIELD, 'a callback with a token needs the URL of its receiver'));
  }
  if (token !== undefined && ref !== undefined) {
    errors.push(field.forbidden(TOKEN, 'spec.callbackTokenSecretRef is set as well; set one of the two'));
  }
  if (token !== undefined && !isHeaderText(token)) {
    errors.push(field.invalid(TOKEN, OMITTED, 'must have only printable ASCII characters, and no blank at its ends'));
  }
  return [...errors, ...secretErrors(ref, namespace, policy)];
}

function secretErrors(
  ref: JobRunSpec['callbackTokenSecretRef'],
  namespace: string,
  { secrets }: CallbackPolicy,
): FieldError[] {
  if (ref === undefined || secrets.includes(`${namespace}/${ref.name}`)) return [];
  const why = `callbacks may not read Secret "${ref.name}" of namespace "${namespace}": the administrator of the cluster permits it with the chart value callbacks.secrets`;
  return [field.forbidden(SECRET.child('name'), why)];
}
