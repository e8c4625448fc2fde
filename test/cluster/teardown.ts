import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeCgroup } from './cgroups.ts';
import type { ClusterLayout } from './cluster-layout.ts';
import { removeNetwork } from './network.ts';
import { endProcesses, findProcesses } from './processes.ts';
import { run } from './run.ts';

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
];

/** Where CNI programs keep a file for each network of each container, whoever runs them. */
const networkResults = '/var/lib/cni/results';

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

async function removeMounts(folders: string[]): Promise<void> {
  const points = mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8'), folders);
  for (const point of points) await run(['umount', '--lazy', point]);
}

/** Mount points in or at one of the folders, the latest first, from the text of /proc/self/mountinfo. */
export function mountPointsBelow(mountinfo: string, folders: readonly string[]): string[] {
  const decode = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
  const points = mountinfo.split('\n').map((line) => decode(line.split(' ')[4] ?? ''));
  return points
    .filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`)))
    .reverse();
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
