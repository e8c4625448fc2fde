import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../api/admission-review.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import { JOBS } from '../../../../api/resources.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { echoTemplate } from '../../core/objects.ts';
import { decidersWith } from '../deciders.ts';
import { FakeApiServer } from '../fake-api-server.ts';
import type { Verdict } from '../../../../webhook/admission/verdict.ts';
import { jobRunReview, jobTemplateReview } from '../reviews.ts';

/** An API server whose dry runs get no answer until their signal aborts. */
class HangingApiServer extends FakeApiServer {
  /** How many reviews have checked whether the Secret of their Job exists. */
  secretsChecked = 0;
  dryRunsBegun = 0;

  override get: KubeClient['get'] = (resource, key) => {
    if (resource.kind === 'Secret') this.secretsChecked += 1;
    return super.get(resource, key);
  };

  override create: KubeClient['create'] = (resource, namespace, body, options) => {
    if (resource !== JOBS) return super.create(resource, namespace, body, options);
    this.dryRunsBegun += 1;
    const { promise, reject } = Promise.withResolvers<never>();
    options?.signal?.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
    return promise;
  };
}

/** A template whose Jobs have about 1 MiB, and no two of its runs share a dry run. */
function largeTemplate(): JobTemplate {
  const command = new Array<string>(9).fill('$(params.run) $(params.text)');
  const envFrom = [{ secretRef: { name: 'missing' } }];
  const containers = [{ name: 'echo', image: 'busybox', command, envFrom }];
  const template = echoTemplate({ template: { spec: { restartPolicy: 'Never', containers } } });
  template.metadata.resourceVersion = '10';
  return { ...template, parameters: [{ name: 'run' }, { name: 'text', default: 'x'.repeat(100_000) }] };
}

/** A collection of garbage, and the heap after it. */
function heapMib(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const WAITING = 100;
/** As many Jobs of 1 MiB are tried at the same time. */
const IN_FLIGHT = 4;

let apiServer: HangingApiServer;

/** The verdicts of many reviews after they had to wait for their dry runs until the time was up, with little memory. */
async function waitingVerdicts(requestOf: (name: string) => AdmissionRequest): Promise<Verdict[]> {
  apiServer = new HangingApiServer();
  const cache = new ObjectCache<JobTemplate>();
  cache.apply(largeTemplate());
  apiServer.templates.set('team/echo', largeTemplate());
  const { validate } = decidersWith({ client: apiServer, cache, warnMissing: ['Secret'] });
  const overdue = new AbortController();
  const before = heapMib();
  const verdicts = Array.from({ length: WAITING }, async (_, index) =>
    validate(requestOf(`name-${index}`), overdue.signal),
  );
  await expect.poll(() => apiServer.dryRunsBegun, { timeout: 30_000 }).toBe(IN_FLIGHT);
  for (let round = 0; round < 5; round += 1) await turn();
  expect(heapMib() - before).toBeLessThan(30);
  overdue.abort();
  return Promise.all(verdicts);
}

function late(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter(
    (verdict) => verdict.allowed && verdict.warnings.some((warning) => warning.includes('other large Jobs')),
  );
}

describe('reviews that wait for their dry runs hold no large Jobs:', () => {
  it('those of JobRuns', async () => {
    const verdicts = await waitingVerdicts((run) => jobRunReview({ templateRef: 'echo', parameters: { run } }).request);
    expect(late(verdicts)).toHaveLength(WAITING - IN_FLIGHT);
    expect(apiServer.secretsChecked).toBe(WAITING);
  }, 60_000);

  it('those of templates', async () => {
    const verdicts = await waitingVerdicts((name) => {
      const { spec, parameters = [] } = largeTemplate();
      const review = jobTemplateReview(spec, { name });
      const [run, text] = parameters;
      Object.assign(review.request.object as object, { parameters: [{ ...run, default: name }, text] });
      return review.request;
    });
    expect(late(verdicts)).toHaveLength(WAITING - IN_FLIGHT);
  }, 60_000);
});
