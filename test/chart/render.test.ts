import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { cases } from './cases.ts';
import { chartDirectory, helm, nameOf, render, type Manifest } from './helm.ts';

const isCrd = ({ kind }: Manifest) => kind === 'CustomResourceDefinition';

/** Keys and certificates differ each time. */
const withoutCertificates = (text: string) =>
  text.replaceAll(/LS0tLS1[A-Za-z0-9+/=]{200,}/g, 'PEM').replaceAll(/not-after: "\d+"/g, 'not-after: SECONDS');

/** The chart's objects but the CRDs. The token in the paths of the webhook differs each time, like the certificates. */
async function rendered(values?: object): Promise<Manifest[]> {
  const text = JSON.stringify((await render(values)).filter((manifest) => !isCrd(manifest)));
  return JSON.parse(text.replaceAll(/"\/[a-z0-9]{40}\/(validate|mutate)"/g, '"/TOKEN/$1"')) as Manifest[];
}

/** The objects that differ from those of the defaults, and the names of removed objects. */
function difference(manifests: Manifest[], defaults: Manifest[]): string {
  const same = new Set(defaults.map((manifest) => JSON.stringify(manifest)));
  const names = new Set(manifests.map(nameOf));
  const gone = defaults.map(nameOf).filter((name) => !names.has(name));
  const changed = manifests.filter((manifest) => !same.has(JSON.stringify(manifest)));
  const heading = gone.map((name) => `# not there: ${name}\n`).join('');
  return withoutCertificates(heading + changed.map((manifest) => stringify(manifest)).join('---\n'));
}

describe('what the chart renders', () => {
  let defaults: Manifest[];
  beforeAll(async () => {
    defaults = await rendered();
  });

  test.for(Object.keys(cases))('%s', async (name) => {
    const manifests = await rendered(cases[name]);
    const text = name === 'defaults' ? difference(manifests, []) : difference(manifests, defaults);
    await expect(text).toMatchFileSnapshot(`snapshots/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.yaml`);
  });

  test.for(Object.keys(cases))('helm lint --strict finds no problem: %s', async (name) => {
    expect(await helm(['lint', '--strict', chartDirectory], cases[name])).toContain('0 chart(s) failed');
  });

  test('names and label values fit, however long the release name is', async () => {
    for (const { kind, metadata } of await render(cases['long names'])) {
      expect(metadata.name.length).toBeLessThanOrEqual(kind.startsWith('ClusterRole') ? 253 : 63);
      for (const value of Object.values(metadata.labels ?? {})) expect(value.length).toBeLessThanOrEqual(63);
    }
  });
});

describe('the CustomResourceDefinitions', () => {
  const generated = (name: string) =>
    parse(readFileSync(join(chartDirectory, 'files', 'crds', `${name}.yaml`), 'utf8')) as Manifest;

  test.for(['jobtemplates', 'clusterjobtemplates', 'jobruns'])(
    '%s are installed as generated, and an uninstall keeps them',
    async (name) => {
      const crd = (await render()).find(
        ({ kind, metadata }) => kind === 'CustomResourceDefinition' && metadata.name.startsWith(name),
      );
      expect(crd?.['spec']).toEqual(generated(name)['spec']);
      expect(crd?.metadata.annotations).toMatchObject({ 'helm.sh/resource-policy': 'keep' });
      expect(crd?.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'Helm' });
    },
  );

  test('crds.keep=false lets an uninstall delete them', async () => {
    const crds = (await render({ crds: { keep: false } })).filter(isCrd);
    expect(crds).toHaveLength(3);
    for (const { metadata } of crds) expect(metadata.annotations ?? {}).not.toHaveProperty(['helm.sh/resource-policy']);
  });

  test('crds.enabled=false leaves them out', async () => {
    expect((await render({ crds: { enabled: false } })).filter(isCrd)).toEqual([]);
  });
});

const root = join(chartDirectory, '..', '..');

test('chart, image and package have the same version', () => {
  const { version, appVersion } = parse(readFileSync(join(chartDirectory, 'Chart.yaml'), 'utf8')) as Record<
    string,
    string
  >;
  const { version: packaged } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect([version, appVersion]).toEqual([packaged, packaged]);
  expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toContain(`org.opencontainers.image.version="${packaged}"`);
});

/** The version of Kubernetes that this Go module builds. */
function builtFrom(module: string): { version: string; minor: string } {
  const text = readFileSync(join(root, 'local-kubernetes', module, 'go.mod'), 'utf8');
  const [, version = '', minor = ''] = /k8s\.io\/kubernetes v(1\.(\d+)\.\d+)/.exec(text) ?? [];
  return { version, minor };
}

test('the chart requires the oldest Kubernetes that the integration tests run on, and the README names both', () => {
  const { kubeVersion } = parse(readFileSync(join(chartDirectory, 'Chart.yaml'), 'utf8')) as { kubeVersion: string };
  const oldest = builtFrom('programs/oldest-kubernetes');
  expect(kubeVersion).toBe(`>=1.${oldest.minor}.0-0`);
  const readme = readFileSync(join(root, 'README.md'), 'utf8').replaceAll(/\s+/g, ' ');
  expect(readme).toContain(`Kubernetes ${oldest.version} and ${builtFrom('.').version}`);
});
