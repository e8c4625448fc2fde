import type { ClusterJobTemplate, JobTemplate } from '../../../api/job-template.ts';
import type { AuthorizationMode, MissingTemplatePolicy } from '../../../api/names.ts';
import type { ReferenceKind } from '../../../core/job/references.ts';
import { ObjectCache } from '../../../kube/watch/cache.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { CompiledTemplates } from '../../../revisions/compiled-templates.ts';
import { RevisionStore } from '../../../revisions/revision-store.ts';
import { Authorization } from '../../../webhook/lookups/authorization.ts';
import { createDeciders, type Deciders } from '../../../webhook/admission/decide.ts';
import { DryRunVerdicts } from '../../../webhook/lookups/dry-run-verdicts.ts';
import { MissingReferences } from '../../../webhook/lookups/missing-references.ts';
import { UnfinishedRunWarnings } from '../../../webhook/lookups/unfinished-run-warnings.ts';
import { TemplateLookup } from '../../../webhook/lookups/template-lookup.ts';
import { TemplateResolver } from '../../../webhook/lookups/template-resolver.ts';

export interface DecidersSetup {
  client: Pick<KubeClient, 'create' | 'get' | 'list' | 'patch'>;
  cache?: ObjectCache<JobTemplate>;
  missingTemplate?: MissingTemplatePolicy;
  mode?: AuthorizationMode;
  warnMissing?: ReferenceKind[];
  reuseSeconds?: number;
}

/** The webhook's deciders as the process wires them, around a client of one's own. */
export function decidersWith(setup: DecidersSetup): Deciders {
  const { client, cache = new ObjectCache<JobTemplate>() } = setup;
  const logger = { debug: () => undefined };
  const lookup = new TemplateLookup(client, {
    JobTemplate: cache,
    ClusterJobTemplate: new ObjectCache<ClusterJobTemplate>(),
  });
  const compiled = new CompiledTemplates();
  const revisions = new RevisionStore({ client, clusterNamespace: 'system', templates: compiled });
  return createDeciders({
    lookup,
    revisions,
    templates: new TemplateResolver({ lookup, revisions, compiled }),
    authorization: new Authorization({ client, mode: setup.mode ?? 'Namespace' }),
    dryRuns: new DryRunVerdicts({ client, enabled: true, reuseSeconds: setup.reuseSeconds ?? 10 }),
    references: new MissingReferences({ client, kinds: setup.warnMissing ?? [], logger }),
    unfinishedRuns: new UnfinishedRunWarnings({ client, logger }),
    clusterNamespace: 'system',
    missingTemplate: setup.missingTemplate ?? 'Reject',
  });
}
