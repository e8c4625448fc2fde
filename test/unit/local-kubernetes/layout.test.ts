import { describe, expect, it } from 'vitest';
import { clusterLayout } from '../../../local-kubernetes/cluster-layout.ts';
import { firstAddress } from '../../../local-kubernetes/control-plane/control-plane-files.ts';
import { isNodeReady } from '../../../local-kubernetes/full.ts';
import { copiedPaths } from '../../../local-kubernetes/images/image-inputs.ts';
import { cacheDirectory } from '../../../local-kubernetes/paths.ts';
import { requiredVersion } from '../../../local-kubernetes/programs/programs.ts';
import { formatDuration } from '../../../local-kubernetes/progress.ts';
import { mountPointsBelow } from '../../../local-kubernetes/node/mounts.ts';

describe('clusterLayout', () => {
  it('gives two checkouts names of their own, and one checkout the same names again', () => {
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

describe('mountPointsBelow', () => {
  const mountinfo = [
    '22 1 254:0 / / rw - ext4 /dev/vda rw',
    '30 22 0:30 / /run/jtr-1/containerd rw - tmpfs tmpfs rw',
    '31 30 0:31 / /run/jtr-1/containerd/with\\040blank rw - overlay overlay rw',
    '32 22 0:32 / /run/jtr-12/other rw - tmpfs tmpfs rw',
    '',
  ].join('\n');

  it('gives those in the folder, inner ones first, and no neighbour of a like name', () => {
    expect(mountPointsBelow(mountinfo, ['/run/jtr-1'])).toEqual([
      '/run/jtr-1/containerd/with blank',
      '/run/jtr-1/containerd',
    ]);
  });
});

describe('copiedPaths', () => {
  it('finds what a Dockerfile copies from its context', () => {
    const dockerfile = [
      'FROM node AS build',
      'COPY package.json package-lock.json ./',
      'COPY --chown=1:1 ./api api',
      'copy core \\',
      '  kube /app/',
      'RUN echo COPY nothing',
      'COPY --from=build /app/dist dist',
    ].join('\n');
    expect(copiedPaths(dockerfile)).toEqual(['api', 'core', 'kube', 'package-lock.json', 'package.json']);
  });
});

describe('isNodeReady', () => {
  it.each([
    ['a ready node', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, true],
    ['a node that was lost', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, false],
    ['a node just registered', { status: {} }, false],
    ['an error of the API server', { kind: 'Status', status: 'Failure' }, false],
  ])('knows %s', (_, node, ready) => {
    expect(isNodeReady(JSON.stringify(node))).toBe(ready);
  });
});

describe('small things', () => {
  it.each([
    [{}, /\/\.cache\/job-template-run$/],
    [{ XDG_CACHE_HOME: '/x' }, /^\/x\/job-template-run$/],
    [{ XDG_CACHE_HOME: '/x', JTR_CACHE: '/y' }, /^\/y$/],
    [{ XDG_CACHE_HOME: '', JTR_CACHE: '' }, /\/\.cache\/job-template-run$/],
  ])('keeps the cache of %j', (env, expected) => {
    expect(cacheDirectory(env)).toMatch(expected);
  });

  it('reads the version of a module that go.mod requires, not one that it replaces', () => {
    const goMod =
      'require (\n\tk8s.io/kubernetes v1.37.2\n)\nrequire a.b/c v0.1.0\nreplace k8s.io/api => k8s.io/api v0.1.0\n';
    expect(requiredVersion(goMod, 'k8s.io/kubernetes')).toBe('v1.37.2');
    expect(requiredVersion(goMod, 'a.b/c')).toBe('v0.1.0');
    expect(() => requiredVersion(goMod, 'k8s.io/api')).toThrow('go.mod does not require k8s.io/api');
  });

  it('knows the address of the API server in a Service range', () => {
    expect(firstAddress('10.96.0.0/16')).toBe('10.96.0.1');
  });

  it.each([
    [400, '0 s'],
    [59_400, '59 s'],
    [75_000, '1 m 15 s'],
  ])('writes %i ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});
