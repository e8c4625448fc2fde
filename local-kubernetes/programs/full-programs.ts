import { join } from 'node:path';
import { addresses, fullControlPlane, nodeName, type ClusterLayout } from '../cluster-layout.ts';
import {
  apiServerArguments,
  controllerManagerArguments,
  etcdArguments,
} from '../control-plane/control-plane-arguments.ts';
import type { Client } from '../control-plane/control-plane-files.ts';
import { insideNetwork } from '../node/network.ts';
import { nodeFiles } from '../node/node-files.ts';
import { ensureProgram } from './programs.ts';

/** The clients of the API server in the full profile, besides those that every control plane has. */
export const fullClients: readonly Client[] = [
  { name: 'scheduler', commonName: 'system:kube-scheduler' },
  { name: 'kube-proxy', commonName: 'system:kube-proxy' },
  { name: 'kubelet', commonName: `system:node:${nodeName}`, organizations: ['system:nodes'] },
  { name: 'dns', commonName: 'dns', organizations: ['system:masters'] },
  { name: 'cert-manager', commonName: 'cert-manager', organizations: ['system:masters'] },
];

/** The programs of the full profile, in the order in which they start. */
export const fullProgramNames = [
  'etcd',
  'registry',
  'containerd',
  'kube-apiserver',
  'forward-inside',
  'forward-outside',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'coredns',
  'cert-manager',
] as const;

export type FullProgramName = (typeof fullProgramNames)[number];

/** The full command of a program, including the command that enters the network namespace. */
export async function fullCommand(
  layout: ClusterLayout,
  name: FullProgramName,
  outsidePort: number,
): Promise<string[]> {
  const socket = `unix:${join(layout.runDirectory, 'api.sock')}`;
  const tool = await ensureProgram('cluster-tool');
  if (name === 'forward-outside') return [tool, 'forward', `--from=tcp:127.0.0.1:${outsidePort}`, `--to=${socket}`];
  const inside = async (): Promise<string[]> => {
    switch (name) {
      case 'forward-inside':
        return [tool, 'forward', `--from=${socket}`, `--to=tcp:${addresses.node}:6443`];
      case 'registry':
        return [
          tool,
          'registry',
          `--listen=${addresses.registry}`,
          `--directory=${join(layout.directory, 'registry')}`,
        ];
      case 'containerd':
        return ['containerd', `--config=${nodeFiles(layout).containerd}`];
      default:
        return [await ensureProgram(name), ...programArguments[name](layout)];
    }
  };
  return insideNetwork(layout, await inside());
}

type BuiltProgramName = Exclude<FullProgramName, 'forward-inside' | 'forward-outside' | 'registry' | 'containerd'>;

const kubeconfig = (layout: ClusterLayout, client: string) => join(layout.directory, `${client}.kubeconfig`);

const programArguments: Readonly<Record<BuiltProgramName, (layout: ClusterLayout) => string[]>> = {
  etcd: (layout) => etcdArguments(fullControlPlane(layout)),
  'kube-apiserver': (layout) =>
    apiServerArguments(fullControlPlane(layout), [
      '--kubelet-preferred-address-types=InternalIP', // otherwise `kubectl logs` looks up the node's name in DNS
      `--kubelet-client-certificate=${join(layout.directory, 'pki', 'admin.crt')}`,
      `--kubelet-client-key=${join(layout.directory, 'pki', 'admin.key')}`,
    ]),
  'kube-controller-manager': (layout) => controllerManagerArguments(fullControlPlane(layout)),
  'kube-scheduler': (layout) => [
    `--kubeconfig=${kubeconfig(layout, 'scheduler')}`,
    `--authentication-kubeconfig=${kubeconfig(layout, 'scheduler')}`,
    `--authorization-kubeconfig=${kubeconfig(layout, 'scheduler')}`,
    '--leader-elect=false',
  ],
  'kube-proxy': (layout) => [`--config=${nodeFiles(layout).kubeProxy}`],
  kubelet: (layout) => [
    `--config=${nodeFiles(layout).kubelet}`,
    `--kubeconfig=${kubeconfig(layout, 'kubelet')}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${addresses.node}`,
    `--root-dir=${join(layout.nodeDirectory, 'kubelet')}`,
    `--cert-dir=${join(layout.directory, 'pki', 'kubelet')}`,
  ],
  coredns: (layout) => [`-conf=${nodeFiles(layout).dns}`],
  'cert-manager': (layout) => [`--cluster-kubeconfig=${kubeconfig(layout, 'cert-manager')}`],
};
