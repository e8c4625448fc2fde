import type { ClusterJobTemplate, JobTemplate } from '../../../api/job-template.ts';
import type { AuthorizationMode, MissingTemplatePolicy } from '../../../api/names.ts';
import type { ReferenceKind } from '../../../core/references.ts';
import { ObjectCache } from '../../../kube/cache.ts';
import type { KubeClient } from '../../../kube/client.ts';
import { RevisionStore } from '../../../revisions/revision-store.ts';
import { Authorization } from '../../../webhook/authorization.ts';
import { createDeciders, type Deciders } from '../../../webhook/decide.ts';
import { DryRunVerdicts } from '../../../webhook/dry-run-verdicts.ts';
import { MissingReferences } from '../../../webhook/missing-references.ts';
import { TemplateGuards } from '../../../webhook/template-guards.ts';
import { TemplateLookup } from '../../../webhook/template-lookup.ts';
import { TemplatesOfRuns } from '../../../webhook/template-of-run.ts';

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
  const revisions = new RevisionStore(client, 'system');
  return createDeciders({
    lookup,
    revisions,
    templates: new TemplatesOfRuns(lookup, revisions),
    authorization: new Authorization({ client, mode: setup.mode ?? 'Namespace' }),
    dryRuns: new DryRunVerdicts({ client, enabled: true, reuseSeconds: setup.reuseSeconds ?? 10 }),
    references: new MissingReferences({ client, kinds: setup.warnMissing ?? [], logger }),
    guards: new TemplateGuards({ client, logger }),
    clusterNamespace: 'system',
    missingTemplate: setup.missingTemplate ?? 'Reject',
  });
}
