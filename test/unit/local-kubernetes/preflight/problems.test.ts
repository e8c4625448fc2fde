import { describe, expect, it } from 'vitest';
import {
  describeProblem,
  problemsOf,
  type MachineFacts,
  type Need,
} from '../../../../local-kubernetes/preflight/problems.ts';

const oldest = { node: '24', go: '1.26.0' };

/** A machine that lacks nothing. */
const good: MachineFacts = {
  platform: 'linux',
  arch: 'x64',
  node: '24.1.0',
  go: '1.26.1',
  isRoot: true,
  missingCapabilities: [],
  missingPackages: ['buildah'],
  hasApt: true,
  isNode: false,
  hasPythonVenv: true,
  hasTmux: true,
};

const everything: Need[] = ['control-plane', 'full', 'python', 'terminal'];

const problems = (facts: Partial<MachineFacts>, needs: readonly Need[]) =>
  problemsOf({ ...good, ...facts }, oldest, needs).map(describeProblem);

describe('the problems of a machine', () => {
  it.each<[string, Partial<MachineFacts>]>([
    ['a machine with everything', {}],
    ['the oldest Go', { go: '1.26.0' }],
    ['a newer Go', { go: '1.30' }],
    ['a release candidate of a newer Go', { go: '1.27rc1' }],
    ['a newer Node', { node: '26.0.0' }],
    ['root, who can install tmux', { hasTmux: false }],
  ])('are none for %s', (_, facts) => {
    expect(problems(facts, everything)).toEqual([]);
  });

  it.each<[string, Partial<MachineFacts>, Need[], RegExp]>([
    ['an old Node', { node: '22.18.0' }, [], /^Node 24 or later is needed, and this is Node 22\.18\.0\. .*: npm ci$/],
    [
      'no Go',
      { go: undefined },
      ['control-plane'],
      /^Go 1\.26\.0 or later .* no go on the PATH\. .*curl .*\/go1\.26\.0\.linux-amd64\.tar\.gz \|/,
    ],
    ['no Go for a real node', { go: undefined }, ['full'], /^Go 1\.26\.0 or later/],
    [
      'an old Go',
      { go: '1.25.9' },
      ['control-plane'],
      /and this is Go 1\.25\.9\. Install it: sudo rm -rf \/usr\/local\/go && curl /,
    ],
    ['a Go that would be newer as a decimal number', { go: '1.3' }, ['control-plane'], /and this is Go 1\.3\./],
    ['no Go on arm64', { go: undefined, arch: 'arm64' }, ['control-plane'], /linux-arm64\.tar\.gz/],
    [
      'another operating system',
      { platform: 'darwin', go: undefined },
      everything,
      /needs Linux, and this is darwin\. .*kind/,
    ],
    ['another user', { isRoot: false }, ['full'], /needs root .*sudo env "PATH=\$PATH"$/],
    [
      'root in a container without capabilities',
      { missingCapabilities: ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'] },
      ['full'],
      /needs CAP_NET_ADMIN and CAP_SYS_ADMIN, .*docker run --privileged$/,
    ],
    ['a node of another cluster', { isNode: true }, ['full'], /is a node of another Kubernetes/],
    ['no apt', { hasApt: false, missingPackages: ['runc', 'buildah'] }, ['full'], /no apt-get .*: runc, buildah\./],
    ['no venv', { hasPythonVenv: false }, ['python'], /: apt-get install -y python3 python3-venv$/],
    [
      'no venv for another user',
      { hasPythonVenv: false, isRoot: false },
      ['python'],
      /: sudo apt-get install -y python3 python3-venv$/,
    ],
    ['no tmux', { hasTmux: false, isRoot: false }, ['terminal'], /: sudo apt-get install -y tmux$/],
    ['neither tmux nor apt', { hasTmux: false, hasApt: false }, ['terminal'], /in your distribution$/],
    ['neither venv nor apt', { hasPythonVenv: false, hasApt: false }, ['python'], /in your distribution$/],
  ])('name %s', (_, facts, needs, sentence) => {
    expect(problems(facts, needs)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each<[string, Partial<MachineFacts>, Need[]]>([
    [
      'root, apt or venv for a control plane',
      { isRoot: false, hasApt: false, hasPythonVenv: false },
      ['control-plane'],
    ],
    ['Go for nothing', { go: undefined, platform: 'darwin' }, []],
    ['apt when all packages are there', { hasApt: false, missingPackages: [] }, ['full']],
    [
      'capabilities of another user, who needs root first',
      { missingCapabilities: ['CAP_SYS_ADMIN'] },
      ['control-plane'],
    ],
  ])('do not include %s', (_, facts, needs) => {
    expect(problems(facts, needs)).toEqual([]);
  });

  it('are reported together', () => {
    const facts = {
      node: '20.0.0',
      go: undefined,
      isRoot: false,
      missingCapabilities: ['CAP_SYS_ADMIN'],
      isNode: true,
      hasApt: false,
      hasPythonVenv: false,
    };
    expect(problems(facts, everything)).toEqual([
      expect.stringMatching(/^Node/),
      expect.stringMatching(/^Go/),
      expect.stringMatching(/^A real node needs root/),
      expect.stringMatching(/^This machine is a node/),
      expect.stringMatching(/^There is no apt-get/),
      expect.stringMatching(/^The tests of the Python client/),
    ]);
  });
});
