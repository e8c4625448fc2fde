import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeCgroup } from './node/cgroups.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { removeMounts } from './node/mounts.ts';
import { removeNetwork } from './node/network.ts';
import { endProcesses, findProcesses } from './processes/detached-programs.ts';

/** The files and folders of a cluster in its folder. Others, such as test results, are not removed. */
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

/** CNI programs store a file for each network of each container here. All users of CNI share this folder. */
const networkResults = '/var/lib/cni/results';

const logLinks = '/var/log/containers';

/** containerd's folder of running containers, inside the cluster's run folder. Each entry is the ID of a container. */
const containersFolder = 'containerd/io.containerd.runtime.v2.task/k8s.io';

/** Removes a cluster of either profile, and everything it created on the machine. Also works after a crash. */
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

/** Repeats until no process is left: one may have started another in the meantime. */
async function endAll(directory: string): Promise<void> {
  for (;;) {
    const processes = await findProcesses(directory);
    if (processes.length === 0) return;
    await endProcesses(processes.map(({ pid }) => pid));
  }
}

/** The kubelet creates a link to each container's log in this folder. The folder cannot be configured. */
async function removeLogLinks(nodeDirectory: string): Promise<void> {
  for (const entry of await readdirOrEmpty(logLinks)) {
    // Another kubelet may have removed its own link in the meantime.
    const target = await readlink(join(logLinks, entry)).catch(() => '');
    if (target.startsWith(`${nodeDirectory}/`)) await rm(join(logLinks, entry), { force: true });
  }
}

/** All instances of containerd share one folder of sockets. The file `address` contains the path of a Pod's socket. */
async function removeShimSockets(containers: string[]): Promise<void> {
  for (const container of containers) {
    // Only the first container of a Pod has this file.
    const address = await readFile(join(container, 'address'), 'utf8').catch(() => '');
    if (address.startsWith('unix:///')) await rm(address.slice('unix://'.length), { force: true });
  }
}

/** Their names are NETWORK-CONTAINER-INTERFACE. */
async function removeNetworkResults(containers: string[]): Promise<void> {
  for (const entry of await readdirOrEmpty(networkResults)) {
    const isOwn = containers.some((container) => entry.includes(`-${container}-`));
    if (isOwn) await rm(join(networkResults, entry), { force: true });
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
