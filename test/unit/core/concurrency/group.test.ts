import { describe, expect, it } from 'vitest';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { groupOf, type Group } from '../../../../core/concurrency/group.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const parameters = [
  { name: 'customer' },
  { name: 'token', secret: true },
  { name: 'size', default: 3, schema: { type: 'integer' } },
];

const group = (name: string | undefined, spec: object = {}, namespace = 'team'): Group =>
  groupOf(
    echoRun(spec, { namespace }),
    { group: name },
    compileTemplate({ ...echoTemplate(), parameters } as TemplateContent),
  );

describe('the group of a run', () => {
  it.each<[string, string | undefined, object, string]>([
    ['is its template', undefined, {}, 'JobTemplate "echo"'],
    ['is a name', 'nightly', {}, 'group "nightly"'],
    ['has the values of its parameters', 'c-$(params.customer)', { parameters: { customer: 'a' } }, 'group "c-a"'],
    ['has defaults', '$(params.size)', {}, 'group "3"'],
    ['has values that are not text as JSON', '$(params.size)', { parameters: { size: 4 } }, 'group "4"'],
    ['has nothing for a parameter without a value', 'c-$(params.customer)', {}, 'group "c-"'],
    [
      'has placeholders as text',
      'c-$$(params.customer)',
      { parameters: { customer: 'a' } },
      'group "c-$(params.customer)"',
    ],
    [
      'does not replace the placeholders in a value',
      '$(params.customer)',
      { parameters: { customer: '$(params.size)' } },
      'group "$(params.size)"',
    ],
    ['takes no inherited property for a value', '$(params.constructor)', {}, 'group ""'],
  ])('%s', (_what, name, spec, called) => {
    expect(group(name, spec).called).toBe(called);
  });

  it('is the same for all runs of it, and another one for other names, templates, kinds and namespaces', () => {
    const others = [
      group(undefined),
      group(undefined, { templateRef: 'other' }),
      group(undefined, { templateKind: 'ClusterJobTemplate' }),
      group(undefined, {}, 'other'),
      group('echo'),
      group('JobTemplate/team/echo'),
      group('echo', {}, 'other'),
      group('a'.repeat(600)),
      group(`${'a'.repeat(600)}b`),
    ];
    expect(new Set(others.map(({ id }) => id)).size).toBe(others.length);
    expect(new Set(others.map(({ hash }) => hash)).size).toBe(others.length);
    expect(group('g', { templateRef: 'other' })).toEqual(group('g', { templateRef: 'echo' }));
  });

  it('has nothing of a value that the revision of the run declares secret, not even in its hash', () => {
    const secret = group('c-$(params.token)', { parameters: { token: 'hunter2' } });
    expect(secret.called).toBe('group "c-(secret)"');
    expect(secret).toEqual(group('c-$(params.token)', { parameters: { token: 'other' } }));
  });

  it('has the hash of a long value', () => {
    const long = (end: string) =>
      group('$(params.customer)$(params.size)', { parameters: { customer: 'x'.repeat(300) + end } });
    expect(long('').id).toMatch(/^team\/group\/sha256:[0-9a-f]{64}3$/);
    expect(long('a').id).not.toBe(long('b').id);
  });

  it('is called by text that can be stored as it is', () => {
    expect(group('"a"\n').called).toBe(String.raw`group "\"a\"\n"`);
    for (let length = 80; length < 105; length += 1) {
      const { called } = group('$(params.customer)', {
        parameters: { customer: `${'a'.repeat(length)}${'😀'.repeat(9)}` },
      });
      expect(called.isWellFormed()).toBe(true);
      expect(called.length).toBeLessThan(120);
    }
  });

  it('has a bounded size, whatever the parameters are', () => {
    const { id, hash, called } = group('$(params.customer)', { parameters: { customer: 'x'.repeat(200_000) } });
    expect(id.length).toBeLessThan(700);
    expect(hash).toMatch(/^[0-9a-f]{40}$/);
    expect(called.length).toBeLessThan(120);
  });
});
