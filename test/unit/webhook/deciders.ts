import type { ClusterJobTemplate, JobTemplate } from '../../../api/job-template.ts';
import type { AuthorizationMode, MissingTemplatePolicy } from '../../../api/names.ts';
import type { ReferenceKind } from '../../../core/job/references.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { ObjectCache } from '../../../kube/watch/cache.ts';
import type { Deciders } from '../../../webhook/admission/decide.ts';
import { wireDeciders } from '../../../webhook/wire-deciders.ts';

export interface DecidersSetup {
  client: Pick<KubeClient, 'create' | 'get' | 'list' | 'names' | 'patch'>;
  cache?: ObjectCache<JobTemplate>;
  missingTemplate?: MissingTemplatePolicy;
  mode?: AuthorizationMode;
  warnMissing?: ReferenceKind[];
  reuseSeconds?: number;
  callbackAllowedHosts?: string;
}

/** The deciders of the webhook process, with another client. */
export function decidersWith(setup: DecidersSetup): Deciders {
  const { client, cache = new ObjectCache<JobTemplate>() } = setup;
  return wireDeciders({
    client,
    caches: { JobTemplate: cache, ClusterJobTemplate: new ObjectCache<ClusterJobTemplate>() },
    config: {
      authorizationMode: setup.mode ?? 'Namespace',
      callbackAllowedHosts: setup.callbackAllowedHosts ?? '',
      callbackAllowHttp: false,
      callbackSecrets: 'team/callback',
      policies: false,
      dryRun: true,
      dryRunReuseSeconds: setup.reuseSeconds ?? 10,
      missingTemplate: setup.missingTemplate ?? 'Reject',
      podNamespace: 'system',
      warnMissing: setup.warnMissing ?? [],
    },
    logger: { debug: () => undefined },
  });
}
