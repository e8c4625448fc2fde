import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { JobTemplate } from '../../../../api/job-template.ts';
import { JOBS } from '../../../../api/resources.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { echoTemplate } from '../../core/objects.ts';
import { decidersWith } from '../deciders.ts';
import { FakeApiServer } from '../fake-api-server.ts';
import { jobRunReview } from '../reviews.ts';

/** An API server whose dry runs get no answer until their signal aborts. */
class HangingApiServer extends FakeApiServer {
  /** How many reviews have checked whether the Secret of their Job exists. */
  secretsChecked = 0;

  override get: KubeClient['get'] = (resource, key) => {
    if (resource.kind === 'Secret') this.secretsChecked += 1;
    return super.get(resource, key);
  };

  override create: KubeClient['create'] = (resource, namespace, body, options) => {
    if (resource !== JOBS) return super.create(resource, namespace, body, options);
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

it('reviews that wait for their dry runs hold no large Jobs', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heapMib = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  const apiServer = new HangingApiServer();
  const cache = new ObjectCache<JobTemplate>();
  cache.apply(largeTemplate());
  apiServer.templates.set('team/echo', largeTemplate());
  const { validate } = decidersWith({ client: apiServer, cache, warnMissing: ['Secret'] });
  const overdue = new AbortController();
  const review = async (run: string) =>
    validate(jobRunReview({ templateRef: 'echo', parameters: { run } }).request, overdue.signal);
  const before = heapMib();
  const verdicts = Array.from({ length: 100 }, (_, index) => review(`run-${index}`));
  await expect.poll(() => apiServer.secretsChecked, { timeout: 30_000 }).toBe(100);
  expect(heapMib() - before).toBeLessThan(30);
  overdue.abort();
  const late = (await Promise.all(verdicts)).filter(
    (verdict) => verdict.allowed && verdict.warnings.some((warning) => warning.includes('other large Jobs')),
  );
  expect(late).toHaveLength(96);
}, 60_000);
