import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KubeClient } from '../../../../kube/client/client.ts';
import {
  bundleProblem,
  caBundleProblem,
  VALIDATING_WEBHOOK_CONFIGURATIONS,
} from '../../../../webhook/tls/ca-bundle.ts';
import { selfSigned, signedBy, type Pem } from '../certificates.ts';
import { noAnswer, refusal } from '../fake-api-server.ts';

let one: Pem;
let two: Pem;
let signed: Pem;

beforeAll(() => {
  one = selfSigned('one');
  two = selfSigned('two');
  signed = signedBy(one, 'signed');
});

const base64 = (pem: Pem): string => pem.cert.toString('base64');
const chain = (pem: Pem): X509Certificate[] => [new X509Certificate(pem.cert)];

describe('bundleProblem', () => {
  it('accepts the issuer, and the certificate itself', () => {
    expect(bundleProblem(base64(one), chain(signed))).toBeUndefined();
    expect(bundleProblem(base64(one), chain(one))).toBeUndefined();
  });

  it.each([
    ['nothing injected', () => '', 'caBundle is not injected yet'],
    ['another CA', () => base64(two), 'caBundle does not verify the serving certificate'],
    ['no certificate', () => 'aGVsbG8=', 'caBundle does not verify the serving certificate'],
  ])('reports %s', (_, bundle, problem) => {
    expect(bundleProblem(bundle(), chain(signed))).toBe(problem);
  });
});

describe('caBundleProblem', () => {
  const problem = (answer: object | Error) => {
    const get = () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer));
    const configuration = { resource: VALIDATING_WEBHOOK_CONFIGURATIONS, name: 'c' };
    return caBundleProblem({ get } as unknown as Pick<KubeClient, 'get'>, configuration, chain(signed));
  };
  const webhooks = (...bundles: (string | undefined)[]) => ({
    webhooks: bundles.map((caBundle, index) => ({ name: `w${index}`, clientConfig: { caBundle } })),
  });

  it('is undefined if every webhook trusts the certificate', async () => {
    expect(await problem(webhooks(base64(one), base64(one)))).toBeUndefined();
  });

  it('names the first webhook that does not', async () => {
    expect(await problem(webhooks(base64(one), undefined))).toBe(
      'ValidatingWebhookConfiguration c, w1: caBundle is not injected yet',
    );
  });

  it('mentions a configuration without webhooks', async () => {
    expect(await problem({})).toBe('ValidatingWebhookConfiguration c has no webhooks');
  });

  it.each([
    ['a missing configuration', refusal(404, 'not found'), 'not found'],
    ['no response', noAnswer(), 'no answer in 2500 ms'],
  ])('describes %s', async (_, error, part) => {
    const text = await problem(error);
    expect(text).toMatch(/^ValidatingWebhookConfiguration c: /);
    expect(text).toContain(part);
  });

  it('passes on a bug', async () => {
    await expect(problem(new TypeError('a bug'))).rejects.toThrow('a bug');
  });
});
