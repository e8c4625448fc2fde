import { describe, expect, it } from 'vitest';
import { folderOf, requiredVersion } from '../../../../local-kubernetes/programs/programs.ts';

describe('requiredVersion', () => {
  it('reads the version of a module that go.mod requires, not one that it replaces', () => {
    const goMod =
      'require (\n\tk8s.io/kubernetes v1.37.2\n)\nrequire a.b/c v0.1.0\nreplace k8s.io/api => k8s.io/api v0.1.0\n';
    expect(requiredVersion(goMod, 'k8s.io/kubernetes')).toBe('v1.37.2');
    expect(requiredVersion(goMod, 'a.b/c')).toBe('v0.1.0');
    expect(() => requiredVersion(goMod, 'k8s.io/api')).toThrow('go.mod does not require k8s.io/api');
  });
});

describe('the folder that provides a program', () => {
  it.each<[string, Parameters<typeof folderOf>[0], string, string]>([
    ['the API server', 'kube-apiserver', 'kubernetes', 'oldest-kubernetes'],
    ['the controllers', 'kube-controller-manager', 'kubernetes', 'oldest-kubernetes'],
    ['etcd', 'etcd', 'kubernetes', 'kubernetes'],
    ['kubectl', 'kubectl', 'kubernetes', 'kubernetes'],
    ['helm', 'helm', 'helm', 'helm'],
  ])('with KUBERNETES=oldest is another one only for the control plane: %s', (_what, name, usual, oldest) => {
    expect(folderOf(name, {})).toBe(usual);
    expect(folderOf(name, { KUBERNETES: 'oldest' })).toBe(oldest);
  });
});
