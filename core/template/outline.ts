import type { Template } from '../../api/job-template.ts';
import { ANNOTATION_LAST_USED } from '../../api/names.ts';
import type { TemplateRuns } from '../../api/template-runs.ts';
import type { ControllerRevision, ObjectMeta } from '../../api/wire.ts';

/** What a cache has of a template: all but its content. */
export type TemplateOutline = Pick<Template, 'apiVersion' | 'kind' | 'metadata'> & Pick<Partial<Template>, 'runs'>;

/** The outline of a template, some hundred bytes. */
export function templateOutline({ apiVersion, kind, metadata, runs }: TemplateOutline): TemplateOutline {
  const { name, namespace, uid, resourceVersion, generation } = metadata;
  return {
    apiVersion,
    kind,
    metadata: defined({ name, namespace, uid, resourceVersion, generation }),
    ...(runs && treatmentIn(runs)),
  };
}

function treatmentIn({
  concurrency,
  retention,
  callback,
  startDeadlineSeconds,
}: TemplateRuns): Pick<TemplateOutline, 'runs'> {
  const runs = {
    ...(concurrency && { concurrency }),
    ...(retention && { retention }),
    ...(callback && { callback }),
    ...(startDeadlineSeconds !== undefined && { startDeadlineSeconds }),
  };
  return Object.keys(runs).length === 0 ? {} : { runs };
}

/**
 * A revision without its content, some hundred bytes: its identity, its number, its owner, and when it was used. The
 * content no longer matches the hash in its name, so that nothing can be rendered from it.
 */
export function revisionOutline(stored: ControllerRevision): ControllerRevision {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels, annotations, ownerReferences } =
    stored.metadata ?? {};
  const lastUsed = annotations?.[ANNOTATION_LAST_USED];
  const owners = ownerReferences?.filter(({ controller }) => controller === true);
  return {
    ...(stored.apiVersion !== undefined && { apiVersion: stored.apiVersion }),
    ...(stored.kind !== undefined && { kind: stored.kind }),
    metadata: defined({
      ...{ name, namespace, uid, resourceVersion, creationTimestamp, labels },
      annotations: lastUsed === undefined ? undefined : { [ANNOTATION_LAST_USED]: lastUsed },
      ownerReferences: owners,
    }),
    revision: stored.revision,
    data: withoutContent(stored.data),
  };
}

/** The rest of the data tells which template the revision is of. */
function withoutContent(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('content' in data)) return undefined;
  const { kind, name, uid, generation } = data as Record<string, unknown>;
  return { kind, name, uid, generation, content: { spec: {} } };
}

function defined(metadata: { [Name in keyof ObjectMeta]: ObjectMeta[Name] | undefined }): ObjectMeta {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
}
