import type { TemplateCallback } from '../../api/callback.ts';
import type { JobRun, JobRunSpec } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import type { FieldError } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field, OMITTED } from '../errors/field.ts';
import { isHeaderText } from './authorization.ts';
import type { CallbackPolicy } from './callback-policy.ts';
import { secretErrors, urlErrors } from './receiver-errors.ts';
import type { ReceiverFields } from './receiver-errors.ts';
import { receiverOf, receiverOfTemplate } from './receiver.ts';

const SPEC = FieldPath.of('spec');
const TOKEN = SPEC.child('callbackToken');
const OF_RUN = { url: SPEC.child('callbackUrl'), tokenSecretRef: SPEC.child('callbackTokenSecretRef') };
const OF_TEMPLATE = fieldsOf(FieldPath.of('runs', 'callback'));
const OF_STATUS = fieldsOf(FieldPath.of('status', 'callback'));

function fieldsOf(callback: FieldPath): ReceiverFields {
  return { url: callback.child('url'), tokenSecretRef: callback.child('tokenSecretRef') };
}

/** Why the callback of this run is not permitted. Empty if the run has none. */
export function callbackErrors(run: JobRun, policy: CallbackPolicy): FieldError[] {
  const { metadata, spec } = run;
  const receiver = receiverOf(run);
  const isOfTemplate = receiver !== undefined && spec.callbackUrl === undefined;
  const caller = { namespace: metadata.namespace ?? '', fields: isOfTemplate ? OF_STATUS : OF_RUN };
  return [
    ...(receiver ? urlErrors(receiver.url, caller, policy) : []),
    ...tokenErrors(spec),
    ...secretErrors(receiver?.tokenSecretRef ?? spec.callbackTokenSecretRef, caller, policy),
  ];
}

/** Why the callback of the runs of this template is not permitted. */
export function templateCallbackErrors({ kind, metadata, runs }: Template, policy: CallbackPolicy): FieldError[] {
  const receiver = receiverOfTemplate({ runs });
  if (receiver === undefined) return [];
  const namespace = kind === 'ClusterJobTemplate' ? undefined : (metadata.namespace ?? '');
  return templateReceiverErrors(receiver, namespace, policy);
}

/**
 * Why a run that sets no callback will not send that of its template. A ClusterJobTemplate can have one that is permitted in
 * other namespaces only. The run does its work all the same.
 */
export function inheritedCallbackErrors(
  { metadata, spec }: JobRun,
  callback: TemplateCallback | undefined,
  policy: CallbackPolicy,
): FieldError[] {
  const isInherited = spec.callbackUrl === undefined && callback !== undefined;
  return isInherited ? templateReceiverErrors(callback, metadata.namespace ?? '', policy) : [];
}

function templateReceiverErrors(
  { url, tokenSecretRef }: TemplateCallback,
  namespace: string | undefined,
  policy: CallbackPolicy,
): FieldError[] {
  const caller = { namespace, fields: OF_TEMPLATE };
  return [...urlErrors(url, caller, policy), ...secretErrors(tokenSecretRef, caller, policy)];
}

/** What is permitted, and that a user should know. */
export function callbackWarnings({ spec }: JobRun): string[] {
  if (spec.callbackToken === undefined) return [];
  return [
    'spec.callbackToken: all readers of this JobRun can read the token; store it in a Secret, and set spec.callbackTokenSecretRef instead',
  ];
}

function tokenErrors({ callbackUrl, callbackToken: token, callbackTokenSecretRef: ref }: JobRunSpec): FieldError[] {
  const errors: FieldError[] = [];
  if ((callbackUrl ?? '') === '' && (token !== undefined || ref !== undefined)) {
    errors.push(field.required(OF_RUN.url, 'a callback with a token needs the URL of its receiver'));
  }
  if (token !== undefined && ref !== undefined) {
    errors.push(field.forbidden(TOKEN, 'spec.callbackTokenSecretRef is set as well; set one of the two'));
  }
  if (token !== undefined && !isHeaderText(token)) {
    errors.push(field.invalid(TOKEN, OMITTED, 'must have only printable ASCII characters, and no blank at its ends'));
  }
  return errors;
}
