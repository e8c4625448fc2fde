import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { imageRepository, type Cluster } from './cluster.ts';

export const release = 'job-template-run';
export const releaseNamespace = 'job-template-run-system';
export const chartDirectory = join(repositoryDirectory, 'charts', 'job-template-run');

/** A values file as a platform team would write it: the image, and nothing else. */
export function writeValues(cluster: Cluster): string {
  const file = join(cluster.scratch, 'values.yaml');
  writeFileSync(file, `image:\n  repository: ${imageRepository}\n  tag: "${cluster.imageTag}"\n`);
  return file;
}

/** Installs or upgrades the chart from this checkout and waits until it is ready. */
export async function installChart(cluster: Cluster, ...more: string[]): Promise<void> {
  const values = writeValues(cluster);
  const place = ['--namespace', releaseNamespace, '--create-namespace'];
  await cluster.helm(
    'upgrade',
    '--install',
    release,
    chartDirectory,
    ...place,
    '--values',
    values,
    '--wait',
    '--timeout',
    '3m',
    ...more,
  );
}

/** Removes the release if it exists, and the CRDs, which an uninstall keeps. */
export async function removeEverything(cluster: Cluster): Promise<void> {
  await cluster.helm(
    'uninstall',
    release,
    '--namespace',
    releaseNamespace,
    '--ignore-not-found',
    '--wait',
    '--timeout',
    '2m',
  );
  const crds = ['jobruns', 'jobtemplates', 'clusterjobtemplates'].map((plural) => `${plural}.hematoscope.app`);
  await cluster.kubectl('delete', 'crd', ...crds, '--ignore-not-found');
  await cluster.kubectl('delete', 'namespace', releaseNamespace, '--ignore-not-found', '--timeout=120s');
}
