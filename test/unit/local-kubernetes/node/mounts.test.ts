import { describe, expect, it } from 'vitest';
import { mountPointsBelow } from '../../../../local-kubernetes/node/mounts.ts';

describe('mountPointsBelow', () => {
  const mountinfo = [
    '22 1 254:0 / / rw - ext4 /dev/vda rw',
    '30 22 0:30 / /run/jtr-1/containerd rw - tmpfs tmpfs rw',
    '31 30 0:31 / /run/jtr-1/containerd/with\\040blank rw - overlay overlay rw',
    '32 22 0:32 / /run/jtr-12/other rw - tmpfs tmpfs rw',
    '',
  ].join('\n');

  it('returns the mounts in the folder, inner ones first, and none of a folder with a similar name', () => {
    expect(mountPointsBelow(mountinfo, ['/run/jtr-1'])).toEqual([
      '/run/jtr-1/containerd/with blank',
      '/run/jtr-1/containerd',
    ]);
  });
});
