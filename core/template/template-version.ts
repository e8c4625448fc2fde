import type { Template } from '../../api/job-template.ts';
import { compileTemplate, type CompiledTemplate } from './compile.ts';
import { keyOfTemplate, type TemplateKey } from './template-key.ts';

/** A template at one generation. */
export interface TemplateVersion {
  key: TemplateKey;
  uid: string;
  generation: number;
  compiled: CompiledTemplate;
}

/** The version of a template object. */
export function versionOfTemplate(template: Template): TemplateVersion {
  const { uid = '', generation = 0 } = template.metadata;
  return { key: keyOfTemplate(template), uid, generation, compiled: compileTemplate(template) };
}
