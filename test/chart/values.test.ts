import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documentedValues } from '../../generate/values-table.ts';
import { chartDirectory, render } from './helm.ts';

const read = (name: string) => readFileSync(join(chartDirectory, name), 'utf8');

interface Schema {
  $ref?: string;
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
}

const schema = JSON.parse(read('values.schema.json')) as Schema;

/** Paths of everything below a schema that has no properties. */
const leavesOfSchema = (node: Schema, path: string[] = []): string[] =>
  node.properties === undefined
    ? [path.join('.')]
    : Object.entries(node.properties).flatMap(([key, child]) => leavesOfSchema(child, [...path, key]));

describe('values.yaml, its schema and the README', () => {
  const documented = documentedValues(read('values.yaml'));

  test('the schema has exactly the values of values.yaml', () => {
    const parts = /^affinity\./; // the fields of a Kubernetes type, listed to catch typos
    const paths = leavesOfSchema(schema).map((path) => (parts.test(path) ? 'affinity' : path));
    // `global` is what a parent chart passes down.
    expect([...new Set(paths)].filter((path) => path !== 'global').sort()).toEqual(
      documented.map(({ path }) => path).sort(),
    );
  });

  test('the README describes each value, with its default', () => {
    const readme = read('README.md');
    for (const { path, default: value, description } of documented) {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${path}\` `));
      expect(row, path).toContain(`\`${JSON.stringify(value)}\``);
      expect(row, path).toContain(description);
    }
  });

  test('every object of the schema that lists its keys rejects other keys', () => {
    const open: string[] = [];
    const visit = (node: Schema, path: string) => {
      if (node.properties === undefined) return;
      if (node.additionalProperties !== false) open.push(path);
      for (const [key, child] of Object.entries(node.properties)) visit(child, `${path}.${key}`);
    };
    visit(schema, '');
    expect(open).toEqual([]);
  });

  test('values.yaml has no duplicate keys and parses as YAML', () => {
    expect(() => parse(read('values.yaml'), { uniqueKeys: true }) as unknown).not.toThrow();
  });
});

describe('the message about a wrong value, for', () => {
  test.for<[string, object, string]>([
    ['an unknown key', { repicas: 3 }, "additional properties 'repicas' not allowed"],
    [
      'an unknown nested key',
      { tls: { certmanager: {} } },
      "at '/tls': additional properties 'certmanager' not allowed",
    ],
    [
      'an unknown mode',
      { tls: { mode: 'vault' } },
      "at '/tls/mode': value must be one of 'certManager', 'selfSigned', 'provided'",
    ],
    [
      'a policy in the wrong case',
      { admission: { missingTemplate: 'reject' } },
      "value must be one of 'Reject', 'Wait', 'Fail'",
    ],
    ['a string instead of a number', { replicas: 'two' }, "at '/replicas': got string, want integer"],
    ['zero replicas', { replicas: 0 }, "at '/replicas': minimum: got 0, want 1"],
    ['a number instead of a string', { image: { tag: 1.1 } }, "at '/image/tag': got number, want string"],
    ['a truncated digest', { image: { digest: 'sha256:12' } }, "at '/image/digest'"],
    ['a port that a process without privileges cannot open', { webhook: { port: 443 } }, "at '/webhook/port'"],
    [
      'a port that the probes of the webhook use',
      { webhook: { port: 8080 } },
      'webhook.port and webhook.healthPort are both 8080, but the containers of a Pod share one network',
    ],
    [
      'a port that the probes of the syncer use',
      { webhook: { port: 8081 } },
      'webhook.port and syncer.healthPort are both 8081',
    ],
    [
      'one port for the probes of both',
      { webhook: { hostNetwork: true, healthPort: 18080 }, syncer: { healthPort: 18080 } },
      'syncer.healthPort and webhook.healthPort are both 18080',
    ],
    ['a token that can be guessed', { webhook: { pathToken: 'admission' } }, "at '/webhook/pathToken'"],
    ['a token that no path can contain', { webhook: { pathToken: 'Upper_'.repeat(8) } }, "at '/webhook/pathToken'"],
    [
      'a Secret with an invalid name',
      { webhook: { clientCaSecret: 'CA of the cluster' } },
      "at '/webhook/clientCaSecret'",
    ],
    ['an unknown policy of IP families', { webhook: { ipFamilyPolicy: 'DualStack' } }, "at '/webhook/ipFamilyPolicy'"],
    ['a timeout above the maximum of Kubernetes', { admission: { timeoutSeconds: 60 } }, 'maximum: got 60, want 30'],
    [
      'annotations that are not strings',
      { podAnnotations: { a: true } },
      "at '/podAnnotations/a': got boolean, want string",
    ],
    [
      'a pull secret that is not an object with a name',
      { imagePullSecrets: ['pull'] },
      "at '/imagePullSecrets/0': got string, want object",
    ],
    [
      'a provided certificate without its Secret',
      { tls: { mode: 'provided', provided: { caBundle: 'abc' } } },
      'set tls.provided.secretName to the name of a kubernetes.io/tls Secret',
    ],
    [
      'a provided certificate without its CA',
      { tls: { mode: 'provided', provided: { secretName: 'a' } } },
      'set tls.provided.caBundle to the CA of the certificate, or admission.annotations',
    ],
    [
      'shards in Sidecar mode',
      { syncer: { shards: 2 } },
      'syncer.shards is 2, but in Sidecar mode all syncers share one lease: set syncer.mode to Deployment',
    ],
    [
      'authorization that nothing would check while no webhook answers',
      { authorization: { mode: 'Use' }, admission: { failurePolicy: 'Ignore' }, policies: { enabled: false } },
      'nothing would check the permission. Set policies.enabled to true, admission.failurePolicy to Fail, or authorization.mode to Namespace',
    ],
    [
      'two syncers without leader election',
      { syncer: { leaderElection: { enabled: false } } },
      'there would be 2 syncers: set replicas to 1, or enable leader election',
    ],
  ])('%s', async ([, values, sentence]) => {
    await expect(render(values)).rejects.toThrow(sentence);
  });
});
