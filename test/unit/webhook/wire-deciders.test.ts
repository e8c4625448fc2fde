import { expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { JobRun } from '../../../api/job-run.ts';
import type { ClusterJobTemplate, JobTemplate } from '../../../api/job-template.ts';
import type { KubeObject } from '../../../api/wire.ts';
import { ObjectCache } from '../../../kube/watch/cache.ts';
import type { Decide } from '../../../webhook/admission/decide.ts';
import { wireDeciders, type DeciderDependencies } from '../../../webhook/wire-deciders.ts';
import { echoTemplate } from '../core/objects.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { ECHO_SPEC, jobRunReview, jobTemplateReview } from './reviews.ts';

type Config = DeciderDependencies['config'];

const CONFIG: Config = {
  authorizationMode: 'Namespace',
  callbackAllowedHosts: '',
  callbackAllowHttp: false,
  callbackSecrets: '',
  dryRun: true,
  dryRunReuseSeconds: 10,
  missingTemplate: 'Reject',
  podNamespace: 'system',
  policies: false,
  warnMissing: [],
};

const TEMPLATE = echoTemplate({ template: { spec: { ...ECHO_SPEC.template.spec, priorityClassName: 'high' } } });
const CLUSTER_TEMPLATE: ClusterJobTemplate = { ...TEMPLATE, kind: 'ClusterJobTemplate', metadata: { name: 'echo' } };
const RUN = jobRunReview().request;
const clusterRun = (templateRef: string): AdmissionRequest =>
  jobRunReview({ templateRef, templateKind: 'ClusterJobTemplate' }).request;

/** The deciders with this configuration. The API server has a JobTemplate and a ClusterJobTemplate, both named "echo". */
function begin(config: Partial<Config> = {}) {
  const apiServer = new FakeApiServer();
  apiServer.templates.set('team/echo', TEMPLATE);
  apiServer.templates.set('/echo', CLUSTER_TEMPLATE as KubeObject as JobTemplate);
  const caches = {
    JobTemplate: new ObjectCache<JobTemplate>(),
    ClusterJobTemplate: new ObjectCache<ClusterJobTemplate>(),
  };
  const logger = { debug: () => undefined };
  const { validate, mutate } = wireDeciders({ client: apiServer, caches, config: { ...CONFIG, ...config }, logger });
  const decide = async (by: Decide, request: AdmissionRequest) => by(request, AbortSignal.timeout(1000));
  return {
    apiServer,
    caches,
    validate: (request: AdmissionRequest) => decide(validate, request),
    mutate: (request: AdmissionRequest) => decide(mutate, request),
  };
}

it.each([
  ['JobTemplate is stored in the namespace of the template', RUN, 'team'],
  ['ClusterJobTemplate is stored in the namespace of the Pod', clusterRun('echo'), 'system'],
])('the revision of a %s', async (_sentence, request, namespace) => {
  const { apiServer, mutate } = begin();
  await mutate(request);
  const stored = Array.from(apiServer.revisions.values());
  expect(stored.map(({ metadata }) => metadata?.namespace)).toEqual([namespace]);
});

it('a run whose mutation has just read its template is validated without another request for it', async () => {
  const { apiServer, caches, mutate, validate } = begin();
  for (const template of apiServer.templates.values()) caches.JobTemplate.apply(template);
  await mutate(RUN);
  const [stored] = apiServer.revisions.values();
  const templateRevision = stored?.metadata?.name?.split('-').at(-1);
  const { gets } = apiServer;
  expect(await validate(jobRunReview({ templateRef: 'echo', templateRevision }).request)).toMatchObject({
    allowed: true,
  });
  expect(apiServer.gets).toBe(gets);
});

it.each([
  ['in mode Namespace', { authorizationMode: 'Namespace' }, true, 0],
  ['in mode Use', { authorizationMode: 'Use' }, false, 1],
  ['in mode Use, if policies decide', { authorizationMode: 'Use', policies: true }, true, 0],
] as const)('%s, a run without a permission: %j', async (_sentence, config, allowed, count) => {
  const { apiServer, validate } = begin(config);
  expect(await validate(RUN)).toMatchObject({ allowed });
  expect(apiServer.reviews).toHaveLength(count);
});

it.each<[string, Partial<Config>, number]>([
  ['without dry runs', { dryRun: false }, 0],
  ['with dry runs whose verdict is reused', {}, 1],
  ['with dry runs whose verdict is not reused', { dryRunReuseSeconds: 0 }, 2],
])('two runs are validated %s', async (_sentence, config, dryRuns) => {
  const { apiServer, validate } = begin(config);
  await validate(RUN);
  await validate(RUN);
  expect(apiServer.dryRuns).toHaveLength(dryRuns);
});

it.each([
  ['Reject', false],
  ['Wait', true],
] as const)('with the policy %s, a run without its template is allowed: %s', async (missingTemplate, allowed) => {
  const { validate } = begin({ missingTemplate });
  expect(await validate(jobRunReview({ templateRef: 'other' }).request)).toMatchObject({ allowed });
});

it.each([
  ['JobTemplate', jobRunReview({ templateRef: 'ehco' }).request],
  ['ClusterJobTemplate', clusterRun('ehco')],
] as const)('the cache has the names of each %s, for suggestions', async (kind, request) => {
  const { caches, validate } = begin();
  const suggestion = expect.stringContaining('did you mean "echo"?') as string;
  const denied = (message: string) => ({ allowed: false, status: { message } });
  expect(await validate(request)).not.toMatchObject(denied(suggestion));
  if (kind === 'JobTemplate') caches.JobTemplate.apply(TEMPLATE);
  else caches.ClusterJobTemplate.apply(CLUSTER_TEMPLATE);
  expect(await validate(request)).toMatchObject(denied(suggestion));
});

it('a missing object causes a warning if its kind is configured', async () => {
  const warnings = async (warnMissing: Config['warnMissing']) => (await begin({ warnMissing }).validate(RUN)).warnings;
  expect(await warnings(['Secret'])).toEqual([]);
  expect(await warnings(['PriorityClass'])).toEqual([expect.stringContaining('PriorityClass "high" does not exist')]);
});

it('the deletion of a template causes a warning about its unfinished runs', async () => {
  const { apiServer, validate } = begin();
  apiServer.runs = [RUN.object as JobRun];
  const { request } = jobTemplateReview(ECHO_SPEC, {}, { operation: 'DELETE', oldObject: TEMPLATE });
  expect((await validate(request)).warnings).toEqual([expect.stringContaining('1 JobRun of JobTemplate "echo"')]);
});
