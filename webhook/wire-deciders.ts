import type { Logger } from 'pino';
import { callbackPolicyOf } from '../core/callback/callback-policy.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { CompiledTemplates } from '../revisions/compiled-templates.ts';
import { RevisionStore } from '../revisions/revision-store.ts';
import { createDeciders, type Deciders } from './admission/decide.ts';
import type { WebhookConfig } from './config.ts';
import { Authorization } from './lookups/authorization.ts';
import { DryRunVerdicts } from './lookups/dry-run-verdicts.ts';
import { GroupRuns } from './lookups/group-runs.ts';
import { MissingReferences } from './lookups/missing-references.ts';
import { TemplateLookup, type TemplateCaches } from './lookups/template-lookup.ts';
import { TemplateResolver } from './lookups/template-resolver.ts';
import { UnfinishedRunWarnings } from './lookups/unfinished-run-warnings.ts';

/** How long a deleted template can still be found by its revision. */
const REVISION_TTL_MS = 60_000;

export interface DeciderDependencies {
  client: Pick<KubeClient, 'create' | 'get' | 'list' | 'names' | 'patch'>;
  caches: TemplateCaches;
  config: Pick<
    WebhookConfig,
    | 'authorizationMode'
    | 'callbackAllowedHosts'
    | 'callbackAllowHttp'
    | 'callbackSecrets'
    | 'dryRun'
    | 'dryRunReuseSeconds'
    | 'missingTemplate'
    | 'podNamespace'
    | 'policies'
    | 'warnMissing'
  >;
  logger: Pick<Logger, 'debug'>;
}

/** Connects the decisions with everything that they look up. */
export function wireDeciders({ client, caches, config, logger }: DeciderDependencies): Deciders {
  const lookup = new TemplateLookup(client, caches);
  const compiled = new CompiledTemplates({ revisionTtlMs: REVISION_TTL_MS });
  // In mode `Use`, the policies of the API server decide if they are installed; else the webhook does.
  const isPermissionChecked = config.authorizationMode === 'Use' && !config.policies;
  const revisions = new RevisionStore({ client, clusterNamespace: config.podNamespace, templates: compiled });
  return createDeciders({
    lookup,
    revisions,
    templates: new TemplateResolver({ lookup, revisions, compiled }),
    authorization: new Authorization({ client, enabled: isPermissionChecked }),
    dryRuns: new DryRunVerdicts({ client, enabled: config.dryRun, reuseSeconds: config.dryRunReuseSeconds }),
    references: new MissingReferences({ client, kinds: config.warnMissing, logger }),
    groupRuns: new GroupRuns({ client, logger }),
    unfinishedRuns: new UnfinishedRunWarnings({ client, logger }),
    clusterNamespace: config.podNamespace,
    missingTemplate: config.missingTemplate,
    callbacks: callbackPolicyOf(config),
  });
}
