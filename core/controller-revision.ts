import type { Template } from '../api/job-template.ts';
import type { ControllerRevision } from '../api/wire.ts';
import type { TemplateKey } from './template-key.ts';

/** Name of the ControllerRevision that holds a revision of a template. */
export function controllerRevisionName(key: TemplateKey, revision: string): string {
  return `${key.name}-${revision}`;
}

/** The ControllerRevision of a template as it is. */
export function controllerRevision(template: Template, namespace: string): ControllerRevision {
  throw new Error(`not made yet: ${template.kind} ${namespace}`);
}

/** The template as a ControllerRevision holds it; `undefined` when it holds none. */
export function templateOfRevision(_stored: ControllerRevision): Template | undefined {
  return undefined;
}
