import { isIP } from 'node:net';
import type { FieldError } from '../errors/field-error.ts';
import type { FieldPath } from '../errors/field-path.ts';
import { field, OMITTED } from '../errors/field.ts';
import type { CallbackPolicy } from './callback-policy.ts';
import { matchesHost } from './host-pattern.ts';
import type { Receiver } from './receiver.ts';

const HOSTS_HINT = 'the administrator of the cluster sets them with the chart value callbacks.allowedHosts';

/** The fields that set a receiver. */
export interface ReceiverFields {
  url: FieldPath;
  tokenSecretRef: FieldPath;
}

/** Whose callback it is. */
export interface Caller {
  /** `undefined`: runs of any namespace. Then it is enough if the callback is permitted in one of them. */
  namespace: string | undefined;
  fields: ReceiverFields;
}

/** Why no callback may be sent to this URL. */
export function urlErrors(text: string, caller: Caller, policy: CallbackPolicy): FieldError[] {
  const { fields } = caller;
  if (policy.allowedHosts.length === 0) {
    const how = 'the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts';
    return [field.forbidden(fields.url, `no callbacks are permitted: ${how}`)];
  }
  const url = URL.parse(text);
  // The URL can contain a secret.
  if (url === null)
    return [field.invalid(fields.url, OMITTED, 'must be an absolute URL, such as https://example.com/done')];
  return [...schemeErrors(url, fields, policy), ...credentialErrors(url, fields), ...hostErrors(url, caller, policy)];
}

function schemeErrors({ protocol }: URL, fields: ReceiverFields, { allowHttp }: CallbackPolicy): FieldError[] {
  if (protocol === 'https:' || (allowHttp && protocol === 'http:')) return [];
  const why = protocol === 'http:' ? '; the chart value callbacks.allowHttp permits http' : '';
  return [field.invalid(fields.url, protocol, `must be an https URL${why}`)];
}

function credentialErrors({ username, password }: URL, { url, tokenSecretRef }: ReceiverFields): FieldError[] {
  if (username === '' && password === '') return [];
  const why = `must have no user name and no password; use ${tokenSecretRef.toString()}`;
  return [field.invalid(url, OMITTED, why)];
}

function hostErrors({ hostname }: URL, { namespace, fields }: Caller, { allowedHosts }: CallbackPolicy): FieldError[] {
  if (isAddress(hostname))
    return [field.invalid(fields.url, hostname, 'must have the name of a host, not an IP address')];
  if (allowedHosts.some((pattern) => matchesHost(pattern, hostname, namespace))) return [];
  return [field.notSupported(fields.url, hostname, { supported: allowedHosts, hint: HOSTS_HINT })];
}

/** The parser of URLs has converted every spelling of an IPv4 address to the usual one. */
function isAddress(hostname: string): boolean {
  return hostname.startsWith('[') || isIP(hostname) !== 0;
}

/** Why the token of a callback may not be read from this Secret. */
export function secretErrors(
  ref: Receiver['tokenSecretRef'],
  { namespace, fields }: Caller,
  { secrets }: CallbackPolicy,
): FieldError[] {
  if (ref === undefined || secrets.some((secret) => isSecret(secret, ref.name, namespace))) return [];
  const where = namespace === undefined ? 'in any namespace' : `of namespace "${namespace}"`;
  const why = `callbacks may not read Secret "${ref.name}" ${where}: the administrator of the cluster permits it with the chart value callbacks.secrets`;
  return [field.forbidden(fields.tokenSecretRef.child('name'), why)];
}

function isSecret(permitted: string, name: string, namespace: string | undefined): boolean {
  return namespace === undefined ? permitted.endsWith(`/${name}`) : permitted === `${namespace}/${name}`;
}
