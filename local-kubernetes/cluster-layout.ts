import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ControlPlaneLayout } from './control-plane/control-plane-arguments.ts';
import { stateDirectory } from './paths.ts';

/**
 * Names and paths of a cluster that outlives the command that started it. All are derived from the path of its folder.
 * So clusters of two checkouts never conflict, and `down` finds everything without a record that could be lost.
 */
export interface ClusterLayout {
  /** 8 hexadecimal digits, part of the name of everything outside `directory`. */
  id: string;
  /** `.cluster/` of the checkout. */
  directory: string;
  kubeconfig: string;
  /** Name of the network namespace. */
  netns: string;
  /** Sockets and other runtime files. The path is short, because the path of a socket has at most 107 bytes. */
  runDirectory: string;
  /** Data of kubelet and containerd. */
  nodeDirectory: string;
  /** Name below each cgroup hierarchy. */
  cgroup: string;
  /** Name of the CNI network. */
  podNetwork: string;
}

/** kubelet appends up to 40 bytes for its sockets. */
const longestNodeDirectory = 65;

/** The layout for a folder, by default the checkout's own `.cluster/`. */
export function clusterLayout(directory: string = stateDirectory): ClusterLayout {
  const id = createHash('sha256').update(directory).digest('hex').slice(0, 8);
  const name = `jtr-${id}`;
  const node = join(directory, 'node');
  return {
    id,
    directory,
    kubeconfig: join(directory, 'kubeconfig'),
    netns: name,
    runDirectory: `/run/${name}`,
    nodeDirectory: Buffer.byteLength(node) <= longestNodeDirectory ? node : `/var/lib/${name}`,
    cgroup: name,
    podNetwork: name,
  };
}

/** Addresses inside the network namespace. All clusters use the same ones: nothing else is in the namespace. */
export const addresses = {
  node: '10.200.0.1',
  nodePrefix: 24,
  pods: '10.244.0.0/16',
  services: '10.96.0.0/16',
  registry: '127.0.0.1:5000',
} as const;

export const nodeName = 'local';
export const clusterDomain = 'cluster.local';

/** The control plane of the full profile listens at the node's address, inside the namespace. */
export function fullControlPlane(layout: ClusterLayout): ControlPlaneLayout {
  return {
    directory: layout.directory,
    address: addresses.node,
    apiServerPort: 6443,
    etcdPort: 2379,
    etcdPeerPort: 2380,
    serviceCidr: addresses.services,
  };
}
