import { CompiledTemplates } from '../../../revisions/compiled-templates.ts';
import { RevisionStore, type RevisionStoreOptions } from '../../../revisions/revision-store.ts';

/** A store with its own cache. */
export function revisionStore(client: RevisionStoreOptions['client'], clusterNamespace = 'system'): RevisionStore {
  return new RevisionStore({ client, clusterNamespace, templates: new CompiledTemplates() });
}
