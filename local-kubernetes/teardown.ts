import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeCgroup } from './node/cgroups.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { removeMounts } from './node/mounts.ts';
import { removeNetwork } from './node/network.ts';
import { endProcesses, findProcesses } from './processes/detached-programs.ts';

/** What a cluster keeps in its folder; others (test results, say) may keep more there, which stays. */
const ownEntries = [
  'cluster.json',
  'cluster.json.partial',
  'config',
  'etcd',
  'kubeconfig',
  'logs',
  'node',
  'pki',
  'registry',
  'volume-plugins',
];

/** Where CNI programs keep a file for each network of each container, whoever runs them. */
const networkResults = '/var/lib/cni/results';

const logLinks = '/var/log/containers';

/** containerd's folder of running containers, below the cluster's; each is named by its id. */
const containersFolder = 'containerd/io.containerd.runtime.v2.task/k8s.io';

/** Removes a cluster of either profile with everything it made on the machine, in whatever state a crash has left it. */
export async function removeCluster(layout: ClusterLayout): Promise<void> {
  await endAll(layout.directory);
  if (process.getuid?.() === 0) {
    const containers = await readdirOrEmpty(join(layout.runDirectory, containersFolder));
    await removeShimSockets(containers.map((id) => join(layout.runDirectory, containersFolder, id)));
    await removeCgroup(layout.cgroup);
    await removeMounts([layout.nodeDirectory, layout.runDirectory]);
    await removeLogLinks(layout.nodeDirectory);
    await removeNetwork(layout);
    await removeNetworkResults(containers);
    await rm(layout.runDirectory, { recursive: true, force: true });
    await rm(layout.nodeDirectory, { recursive: true, force: true });
  }
  for (const entry of await readdirOrEmpty(layout.directory)) {
    if (!ownEntries.includes(entry) && !entry.endsWith('.kubeconfig')) continue;
    await rm(join(layout.directory, entry), { recursive: true, force: true });
  }
}

/** Until none is left: one may have started another meanwhile. */
async function endAll(directory: string): Promise<void> {
  for (;;) {
    const processes = await findProcesses(directory);
    if (processes.length === 0) return;
    await endProcesses(processes.map(({ pid }) => pid));
  }
}

/** The kubelet links each container's log in a folder that no setting changes. */
async function removeLogLinks(nodeDirectory: string): Promise<void> {
  for (const entry of await readdirOrEmpty(logLinks)) {
    const target = await readlink(join(logLinks, entry)).catch(() => ''); // some are another kubelet's, and may go
    if (target.startsWith(`${nodeDirectory}/`)) await rm(join(logLinks, entry), { force: true });
  }
}

/** containerd keeps a socket for each Pod in a folder shared by all; a file beside the container says which. */
async function removeShimSockets(containers: string[]): Promise<void> {
  for (const container of containers) {
    const address = await readFile(join(container, 'address'), 'utf8').catch(() => ''); // only the first of a Pod has one
    if (address.startsWith('unix:///')) await rm(address.slice('unix://'.length), { force: true });
  }
}

/** Their names are NETWORK-CONTAINER-INTERFACE. */
async function removeNetworkResults(containers: string[]): Promise<void> {
  for (const entry of await readdirOrEmpty(networkResults)) {
    const ours = containers.some((container) => entry.includes(`-${container}-`));
    if (ours) await rm(join(networkResults, entry), { force: true });
  }
}

async function readdirOrEmpty(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
