import { describe, expect, it } from 'vitest';
import { clusterLayout } from '../../../local-kubernetes/cluster-layout.ts';

describe('clusterLayout', () => {
  it('gives two checkouts different names, and one checkout the same names each time', () => {
    const [one, two] = [clusterLayout('/home/a/project/.cluster'), clusterLayout('/home/b/project/.cluster')];
    expect(one).toEqual(clusterLayout('/home/a/project/.cluster'));
    for (const key of ['netns', 'runDirectory', 'nodeDirectory', 'cgroup', 'podNetwork'] as const) {
      expect(one[key], key).not.toBe(two[key]);
    }
  });

  it.each(['/srv/x/.cluster', `/home/${'long/'.repeat(40)}.cluster`])(
    'keeps sockets below %s short enough for the kernel',
    (directory) => {
      const { nodeDirectory, runDirectory } = clusterLayout(directory);
      const sockets = [`${nodeDirectory}/kubelet/device-plugins/kubelet.sock`, `${runDirectory}/containerd.sock.ttrpc`];
      for (const socket of sockets) expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(107);
    },
  );
});
