import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { answersOk } from './api-server-client.ts';
import type { ClusterLayout } from '../cluster-layout.ts';
import { checkProfile, readClusterState, writeClusterState } from '../cluster-state.ts';
import {
  apiServerArguments,
  certificatesOf,
  controllerManagerArguments,
  etcdArguments,
  serverOf,
  type ControlPlaneLayout,
} from './control-plane-arguments.ts';
import { writeControlPlaneFiles } from './control-plane-files.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { withLock } from '../lock.ts';
import { findFreePorts } from '../ports.ts';
import { findProcesses, startDetached } from '../processes/detached-programs.ts';
import { checkMachine } from '../preflight/check-machine.ts';
import { ensureProgram } from '../programs/programs.ts';
import { waitFor } from '../wait-for.ts';

/** Starts or repairs a control plane that keeps running when this process exits. Needs Linux, but no root. */
export async function ensureDetachedControlPlane(cluster: ClusterLayout): Promise<void> {
  await checkMachine(['control-plane']);
  await ensureProgram('kube-apiserver');
  await ensureProgram('cluster-tool');
  await withLock(join(cluster.directory, 'lock'), async () => {
    const layout = await ensureFiles(cluster);
    await startMissing(layout);
    const access = { server: serverOf(layout), certificates: certificatesOf(layout) };
    await waitFor('the API server', () => answersOk(access, '/readyz'));
    await waitFor('the controllers', () => answersOk(access, '/api/v1/namespaces/default/serviceaccounts/default'));
  });
}

async function ensureFiles(cluster: ClusterLayout): Promise<ControlPlaneLayout> {
  const state = await readClusterState(cluster.directory);
  checkProfile(state, 'control-plane');
  const ports = state?.ports ?? (await findFreePorts(3));
  const [apiServerPort = 0, etcdPort = 0, etcdPeerPort = 0] = ports;
  const { directory } = cluster;
  const serviceCidr = '10.96.0.0/16';
  const layout = { directory, address: '127.0.0.1', apiServerPort, etcdPort, etcdPeerPort, serviceCidr };
  if (state !== undefined) return layout;
  await mkdir(directory, { recursive: true });
  await writeControlPlaneFiles(layout);
  await writeKubeconfig({
    path: cluster.kubeconfig,
    server: serverOf(layout),
    certificates: certificatesOf(layout),
    client: 'admin',
  });
  await writeClusterState(directory, { profile: 'control-plane', ports });
  return layout;
}

async function startMissing(layout: ControlPlaneLayout): Promise<void> {
  const running = new Set((await findProcesses(layout.directory)).map(({ name }) => name));
  const programs = {
    etcd: etcdArguments(layout),
    'kube-apiserver': apiServerArguments(layout),
    'kube-controller-manager': controllerManagerArguments(layout),
  };
  for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const) {
    if (running.has(name)) continue;
    const command = [await ensureProgram(name), ...programs[name]];
    const logFile = join(layout.directory, 'logs', `${name}.log`);
    await startDetached({ cluster: layout.directory, name, command, logFile });
  }
}
