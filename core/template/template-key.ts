import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import type { TemplateKind } from '../../api/names.ts';

/** Identifies a template. A ClusterJobTemplate has no namespace. */
export interface TemplateKey {
  kind: TemplateKind;
  namespace?: string;
  name: string;
}

/** The template that a run names: a JobTemplate of its own namespace unless `templateKind` is set. */
export function templateKeyOfRun(run: JobRun): TemplateKey {
  const { templateRef: name, templateKind: kind = 'JobTemplate' } = run.spec;
  return keyWith(kind, run.metadata.namespace, name);
}

/** The key of a template object. */
export function keyOfTemplate({ kind, metadata }: Pick<Template, 'kind' | 'metadata'>): TemplateKey {
  return keyWith(kind, metadata.namespace, metadata.name ?? '');
}

function keyWith(kind: TemplateKind, namespace: string | undefined, name: string): TemplateKey {
  return kind === 'ClusterJobTemplate' || namespace === undefined ? { kind, name } : { kind, namespace, name };
}

/** The key in one string, for maps and queues. */
export function templateKeyString({ kind, namespace = '', name }: TemplateKey): string {
  return `${kind}/${namespace}/${name}`;
}
