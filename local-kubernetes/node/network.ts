import { access } from 'node:fs/promises';
import { addresses, type ClusterLayout } from '../cluster-layout.ts';
import { run } from '../run.ts';

const namespacePath = (layout: ClusterLayout) => `/run/netns/${layout.netns}`;

/**
 * A command that runs in the cluster's network namespace. It does not use `ip netns exec`, which remounts /sys and hides
 * the cgroups from the kubelet.
 */
export function insideNetwork(layout: ClusterLayout, command: readonly string[]): string[] {
  return ['nsenter', `--net=${namespacePath(layout)}`, '--', ...command];
}

/** Creates the namespace, with a bridge that has the node's address, unless it exists. */
export async function ensureNetwork(layout: ClusterLayout): Promise<void> {
  if (!(await exists(namespacePath(layout)))) await run(['ip', 'netns', 'add', layout.netns]);
  const inside = (command: string) => run(insideNetwork(layout, ['sh', '-ec', command]));
  // Each command can be repeated: an earlier call may have been interrupted.
  await inside(`
    ip link set lo up
    ip link show node0 >/dev/null 2>&1 || ip link add node0 type bridge
    ip address replace ${addresses.node}/${addresses.nodePrefix} dev node0
    ip link set node0 up
    ip route replace default dev node0 src ${addresses.node}
    echo 1 > /proc/sys/net/ipv4/ip_forward
  `);
}

/** Removes the namespace and with it every address, link and rule of the cluster. */
export async function removeNetwork(layout: ClusterLayout): Promise<void> {
  if (await exists(namespacePath(layout))) await run(['ip', 'netns', 'delete', layout.netns]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
