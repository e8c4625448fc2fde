import { LABEL_TEMPLATE_REVISION } from '../../api/names.ts';
import { CONTROLLER_REVISIONS } from '../../api/resources.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import { revisionSelector } from '../../core/template/controller-revision.ts';
import { newestFirst } from '../../core/template/revision-history.ts';
import type { ClusterContext } from '../context.ts';
import { templateKey } from './find-template.ts';

/** A revision of a template that is stored, and can be named by runs. */
export interface StoredRevision {
  revision: string;
  created: string | undefined;
}

/** The stored revisions of a JobTemplate, the newest first. */
export async function storedRevisions(context: ClusterContext, template: string): Promise<StoredRevision[]> {
  const { client, namespace, interrupted: signal } = context;
  const labelSelector = revisionSelector(templateKey(context, template, false));
  const page = await client.list<ControllerRevision>(CONTROLLER_REVISIONS, { namespace, labelSelector }, { signal });
  return newestFirst(page.items).map(({ metadata }) => ({
    revision: metadata?.labels?.[LABEL_TEMPLATE_REVISION] ?? '',
    created: metadata?.creationTimestamp,
  }));
}
