import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { referencesOf, type Reference } from '../../../../core/job/references.ts';

const main = { name: 'main', image: 'app' };

/** A Job with the Pod spec; fields that do not matter to a test are filled in. */
const job = (podSpec: object): Job => ({ spec: { template: { spec: { containers: [main], ...podSpec } } } });

/** In one line each: what is referenced, and by what. */
const inShort = (of: Job): string[] =>
  referencesOf(of).map(({ kind, name, by }: Reference) => `${kind} ${name}: ${by}`);

describe('the references of a Job', () => {
  it.each<[string, object, string]>([
    ['a service account', { serviceAccountName: 'runner' }, 'ServiceAccount runner: the Pods'],
    ['a priority class', { priorityClassName: 'high' }, 'PriorityClass high: the Pods'],
    ['a pull secret', { imagePullSecrets: [{ name: 'pull' }] }, 'Secret pull: imagePullSecrets'],
    ['a secret as a volume', { volumes: [{ name: 'v', secret: { secretName: 's' } }] }, 'Secret s: volume "v"'],
    ['a ConfigMap as a volume', { volumes: [{ name: 'v', configMap: { name: 'c' } }] }, 'ConfigMap c: volume "v"'],
    [
      'a claim as a volume',
      { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'p' } }] },
      'PersistentVolumeClaim p: volume "v"',
    ],
    [
      'a projected secret',
      { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 's' } }] } }] },
      'Secret s: volume "v"',
    ],
    [
      'a projected ConfigMap',
      { volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'c' } }] } }] },
      'ConfigMap c: volume "v"',
    ],
    [
      'a secret in a variable',
      { containers: [{ ...main, env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }] },
      'Secret s: container "main", variable A',
    ],
    [
      'a ConfigMap in a variable',
      { containers: [{ ...main, env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] }] },
      'ConfigMap c: container "main", variable A',
    ],
    [
      'a secret of variables',
      { containers: [{ ...main, envFrom: [{ secretRef: { name: 's' } }] }] },
      'Secret s: container "main", envFrom',
    ],
    [
      'a ConfigMap of variables',
      { containers: [{ ...main, envFrom: [{ configMapRef: { name: 'c' } }] }] },
      'ConfigMap c: container "main", envFrom',
    ],
    [
      'a ConfigMap of an init container',
      { initContainers: [{ name: 'init', envFrom: [{ configMapRef: { name: 'c' } }] }] },
      'ConfigMap c: container "init", envFrom',
    ],
  ])('is found: %s', (_, podSpec, expected) => {
    expect(inShort(job(podSpec))).toEqual([expected]);
  });

  it.each<[string, Job]>([
    ['a Job without a spec', {}],
    ['Pods without a spec', { spec: { template: {} } }],
    ['containers alone', job({})],
    ['the service account that every namespace has', job({ serviceAccountName: 'default' })],
    ['empty names', job({ serviceAccountName: '', priorityClassName: '', imagePullSecrets: [{ name: '' }, {}] })],
    ['a volume that is empty', job({ volumes: [{ name: 'v', emptyDir: {} }] })],
    ['a secret volume without a name', job({ volumes: [{ name: 'v', secret: {} }] })],
    ['an optional secret volume', job({ volumes: [{ name: 'v', secret: { secretName: 's', optional: true } }] })],
    ['an optional ConfigMap volume', job({ volumes: [{ name: 'v', configMap: { name: 'c', optional: true } }] })],
    [
      'optional projected ones',
      job({
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { secret: { name: 's', optional: true } },
                { configMap: { name: 'c', optional: true } },
                { serviceAccountToken: { path: 't' } },
              ],
            },
          },
        ],
      }),
    ],
    ['a projected volume without sources', job({ volumes: [{ name: 'v', projected: {} }] })],
    [
      'optional variables, and variables without a reference',
      job({
        containers: [
          {
            ...main,
            env: [
              { name: 'A', value: 'x' },
              { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
              { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
              { name: 'D', valueFrom: { configMapKeyRef: { name: 'c', key: 'k', optional: true } } },
            ],
            envFrom: [
              { secretRef: { name: 's', optional: true } },
              { configMapRef: { name: 'c', optional: true } },
              { prefix: 'X_' },
            ],
          },
        ],
      }),
    ],
  ])('is not a reference that Pods need: %s', (_, of) => {
    expect(inShort(of)).toEqual([]);
  });

  it('is needed if it is marked as not optional', () => {
    const volumes = [{ name: 'v', secret: { secretName: 's', optional: false } }];
    expect(inShort(job({ volumes }))).toEqual(['Secret s: volume "v"']);
  });

  it('is reported once, with the first place that names it', () => {
    const envFrom = [{ secretRef: { name: 'a' } }, { configMapRef: { name: 'a' } }, { secretRef: { name: 'b' } }];
    const volumes = [{ name: 'v', secret: { secretName: 'a' } }];
    expect(
      inShort(job({ volumes, containers: [{ ...main, envFrom }], initContainers: [{ name: 'i', envFrom }] })),
    ).toEqual(['Secret a: volume "v"', 'ConfigMap a: container "i", envFrom', 'Secret b: container "i", envFrom']);
  });
});
