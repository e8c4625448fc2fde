import { describe, expect, it } from 'vitest';
import { requiredVersion } from '../../../../local-kubernetes/programs/programs.ts';

describe('requiredVersion', () => {
  it('reads the version of a module that go.mod requires, not one that it replaces', () => {
    const goMod =
      'require (\n\tk8s.io/kubernetes v1.37.2\n)\nrequire a.b/c v0.1.0\nreplace k8s.io/api => k8s.io/api v0.1.0\n';
    expect(requiredVersion(goMod, 'k8s.io/kubernetes')).toBe('v1.37.2');
    expect(requiredVersion(goMod, 'a.b/c')).toBe('v0.1.0');
    expect(() => requiredVersion(goMod, 'k8s.io/api')).toThrow('go.mod does not require k8s.io/api');
  });
});
