import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addresses, clusterDomain, nodeName, type ClusterLayout } from '../cluster-layout.ts';

/** Paths of the node's configuration files. */
export function nodeFiles(layout: ClusterLayout) {
  const folder = join(layout.directory, 'config');
  return {
    folder,
    containerd: join(folder, 'containerd.toml'),
    registryHosts: join(folder, 'registries'),
    cni: join(folder, 'cni'),
    kubelet: join(folder, 'kubelet.yaml'),
    kubeProxy: join(folder, 'kube-proxy.yaml'),
    resolver: join(folder, 'resolv.conf'),
    dns: join(folder, 'Corefile'),
    containerdSocket: join(layout.runDirectory, 'containerd.sock'),
  };
}

export const pauseImage = 'docker.io/library/pause:local';

/** Writes the configuration of containerd, the Pod network, kubelet, kube-proxy and DNS. */
export async function writeNodeFiles(layout: ClusterLayout): Promise<void> {
  const files = nodeFiles(layout);
  const hosts = join(files.registryHosts, 'docker.io');
  for (const folder of [files.folder, files.cni, hosts]) await mkdir(folder, { recursive: true });
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`; // JSON is YAML
  await writeFile(files.containerd, containerdConfiguration(layout));
  await writeFile(join(hosts, 'hosts.toml'), registryConfiguration);
  await writeFile(join(files.cni, '10-pods.conflist'), json(podNetworkConfiguration(layout)));
  await writeFile(files.kubelet, json(kubeletConfiguration(layout)));
  await writeFile(files.kubeProxy, json(kubeProxyConfiguration(layout)));
  await writeFile(files.resolver, `nameserver ${addresses.node}\n`);
  await writeFile(files.dns, dnsConfiguration(layout));
}

/** containerd 1.6 and its CRI plugin, with its own root, state and socket. */
function containerdConfiguration(layout: ClusterLayout): string {
  const { cni, registryHosts, containerdSocket } = nodeFiles(layout);
  return `version = 2
root = "${join(layout.nodeDirectory, 'containerd')}"
state = "${join(layout.runDirectory, 'containerd')}"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]

[grpc]
  address = "${containerdSocket}"

[plugins."io.containerd.internal.v1.opt"]
  path = "${join(layout.nodeDirectory, 'opt')}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # In many containers and sandboxes, a process must not lower its OOM score. Without this setting, no Pod starts there.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        Root = "${join(layout.runDirectory, 'runc')}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${cni}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registryHosts}"
`;
}

/** The cluster's own registry replaces docker.io. */
const registryConfiguration = `server = "http://${addresses.registry}"

[host."http://${addresses.registry}"]
  capabilities = ["pull", "resolve"]
`;

/** Each Pod has its own link to the node. All traffic is routed, so Services work between any two Pods. */
function podNetworkConfiguration(layout: ClusterLayout): object {
  return {
    cniVersion: '0.4.0',
    name: layout.podNetwork,
    plugins: [
      {
        type: 'ptp',
        ipam: {
          type: 'host-local',
          dataDir: join(layout.nodeDirectory, 'addresses'),
          ranges: [[{ subnet: addresses.pods }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
}

function kubeletConfiguration(layout: ClusterLayout): object {
  const files = nodeFiles(layout);
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(layout.directory, 'pki', 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${files.containerdSocket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    clusterDNS: [addresses.node],
    clusterDomain,
    resolvConf: files.resolver,
    serializeImagePulls: false,
    // A developer's disk is often nearly full. This must not evict Pods or remove images.
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    volumePluginDir: join(layout.nodeDirectory, 'volume-plugins'),
    podLogsDir: join(layout.nodeDirectory, 'pod-logs'),
    syncFrequency: '10s',
    logging: { verbosity: 1 },
  };
}

function kubeProxyConfiguration(layout: ClusterLayout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'nftables',
    clusterCIDR: addresses.pods,
    hostnameOverride: nodeName,
    clientConnection: { kubeconfig: join(layout.directory, 'kube-proxy.kubeconfig') },
    conntrack: { maxPerCore: 0 }, // 0: leave the machine's limit as it is
  };
}

function dnsConfiguration(layout: ClusterLayout): string {
  return `.:53 {
  bind ${addresses.node}
  ready ${addresses.node}:8181
  errors
  cache 5
  kubernetes ${clusterDomain} in-addr.arpa {
    kubeconfig ${join(layout.directory, 'dns.kubeconfig')}
    pods insecure
  }
  # Names outside the cluster do not exist.
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;
}
