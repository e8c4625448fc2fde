import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSuccess } from '../integration/command-results.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { imageRepository, useCluster, type Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { removeEverything } from './install.ts';

describe('an installation without Helm', { concurrent: false }, () => {
  let cluster: Cluster;
  let overlay: string;

  beforeAll(async () => {
    cluster = await useCluster();
    await removeEverything(cluster);
    // The image of this checkout instead of the published one: what `kustomize edit set image` would write.
    overlay = join(cluster.scratch, 'certs');
    cpSync(join(repositoryDirectory, 'certs'), overlay, { recursive: true });
    const kustomization = join(overlay, 'kustomization.yaml');
    const images = `\nimages:\n  - name: ${imageRepository}\n    newTag: "${cluster.imageTag}"\n`;
    writeFileSync(kustomization, readFileSync(kustomization, 'utf8') + images);
  });

  afterAll(async () => {
    await cluster.kubectl('delete', '-k', overlay, '--ignore-not-found', '--timeout=120s');
    await cluster.kubectl('delete', 'namespace', 'e2e-kustomize', '--ignore-not-found', '--wait=false');
  });

  test('kubectl apply -k certs installs a working extension', async () => {
    await cluster.kubectl('apply', '-k', overlay, '--server-side');
    await cluster.kubectl('-n', 'job-template-run-system', 'rollout', 'status', 'deployment', '--timeout=180s');
    await cluster.kubectl('create', 'namespace', 'e2e-kustomize');
    for (const name of ['template.yaml', 'run.yaml']) {
      const manifest = readFileSync(join(repositoryDirectory, 'examples', 'echo', name), 'utf8');
      expectSuccess(await cluster.apply(manifest, '-n', 'e2e-kustomize'));
    }
    await cluster.kubectl(
      '-n',
      'e2e-kustomize',
      'wait',
      'jobrun/echo-hello',
      '--for=condition=Complete',
      '--timeout=90s',
    );
  });

  test('its admission denies a run whose template is missing', async () => {
    const manifest = readFileSync(join(repositoryDirectory, 'examples', 'echo', 'mistake.yaml'), 'utf8');
    const denied = await cluster.apply(manifest, '-n', 'e2e-kustomize');
    expect(denied.stderr).toContain('did you mean "echo-template"?');
  });

  test('the same with a secret path changes the running installation', async () => {
    const manifests = await cluster.kubectl('kustomize', overlay);
    const token = randomBytes(20).toString('hex');
    const withToken = manifests.replaceAll('/path-token/', `/${token}/`);
    expect(withToken.split(`path: /${token}/`)).toHaveLength(7);
    expectSuccess(await cluster.apply(withToken, '--server-side'));
    const manifest = readFileSync(join(repositoryDirectory, 'examples', 'echo', 'mistake.yaml'), 'utf8');
    await eventually('a denial', async () => {
      const { stderr } = await cluster.apply(manifest, '-n', 'e2e-kustomize');
      return stderr.includes('did you mean "echo-template"?') ? true : undefined;
    });
  });
});
