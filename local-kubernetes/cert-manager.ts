import { join } from 'node:path';
import { insideNetwork } from './node/network.ts';
import { ensureProgram, moduleDirectory } from './programs/programs.ts';
import { run } from './run.ts';
import type { ClusterLayout } from './cluster-layout.ts';

const certManagerNamespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cert-manager' } };

/** The object that is applied last: if it exists, the installation is complete. */
export const certManagerPath = '/api/v1/namespaces/cert-manager';

/** Applies the CRDs of cert-manager's release. Its controllers run as a program beside the API server. */
export async function installCertManager(layout: ClusterLayout): Promise<void> {
  const kubectl = [await ensureProgram('kubectl'), '--kubeconfig', join(layout.directory, 'admin.kubeconfig')];
  const apply = insideNetwork(layout, [...kubectl, 'apply', '--server-side', '--force-conflicts']);
  const crds = join(await moduleDirectory('github.com/cert-manager/cert-manager'), 'deploy', 'crds');
  await run([...apply, '-f', crds]);
  await run([...apply, '-f', '-'], { input: JSON.stringify(certManagerNamespace) });
}
