import type { Template } from '../../api/job-template.ts';
import type { TemplateCallback } from '../../api/callback.ts';
import type { AllowedRevisions } from '../../api/names.ts';
import { receiverOfTemplate } from '../callback/receiver.ts';
import { concurrencyOf, type ConcurrencyPolicy } from '../concurrency/concurrency-policy.ts';
import { compileTemplate, type CompiledTemplate } from './compile.ts';
import { keyOfTemplate, type TemplateKey } from './template-key.ts';

/** A template at one generation. */
export interface TemplateVersion {
  key: TemplateKey;
  uid: string;
  generation: number;
  /** The uid of the template that this version certainly belongs to; `undefined` for a stored revision without an owner. */
  owner: string | undefined;
  /** Which revisions runs may name. Not part of a revision's content: only that of the present template counts. */
  allowedRevisions: AllowedRevisions;
  /** Not part of a revision's content either. `undefined`: any number of runs can be under way. */
  concurrency?: ConcurrencyPolicy | undefined;
  /** The same: the callback of runs that set none. */
  callback?: TemplateCallback | undefined;
  compiled: CompiledTemplate;
}

/** The version of a template object. */
export function versionOfTemplate(template: Template): TemplateVersion {
  const { uid = '', generation = 0 } = template.metadata;
  return {
    key: keyOfTemplate(template),
    uid,
    generation,
    owner: uid,
    allowedRevisions: template.revisions?.allow ?? 'Any',
    concurrency: concurrencyOf(template),
    callback: receiverOfTemplate(template),
    compiled: compileTemplate(template),
  };
}
