import { describe, expect, test } from 'vitest';
import { cases } from './cases.ts';
import { nameOf, render } from './helm.ts';

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

describe.for(Object.keys(cases))('permissions: %s', (name) => {
  test('no wildcard, no Secrets, no impersonation', async () => {
    for (const manifest of await render(cases[name])) {
      for (const rule of (manifest['rules'] as Rule[] | undefined) ?? []) {
        if (!manifest.kind.endsWith('Role')) continue;
        const words = [...rule.apiGroups, ...rule.resources, ...rule.verbs];
        expect(words, nameOf(manifest)).not.toContain('*');
        expect(words, nameOf(manifest)).not.toContain('secrets');
        for (const verb of ['impersonate', 'escalate', 'bind'])
          expect(rule.verbs, nameOf(manifest)).not.toContain(verb);
      }
    }
  });
});
