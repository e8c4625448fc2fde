import { describe, expect, it } from 'vitest';
import { HOST_PATTERNS, matchesHost } from '../../../../core/callback/host-pattern.ts';

describe('a host matches', () => {
  it.each([
    ['hooks.example.com', 'hooks.example.com', true],
    ['hooks.example.com', 'other.example.com', false],
    ['hooks.example.com', 'hooks.example.com.evil.org', false],
    ['hooks.example.com', 'hooks-example.com', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'a.example.com.', false],
    ['*.example.com', '.example.com', false],
    ['*.{namespace}.svc.cluster.local', 'receiver.team.svc.cluster.local', true],
    ['*.{namespace}.svc.cluster.local', 'receiver.other.svc.cluster.local', false],
    ['*.{namespace}.svc.cluster.local', 'x.receiver.team.svc.cluster.local', false],
    ['receiver.{namespace}.svc.cluster.local', 'receiver.team.svc.cluster.local', true],
    ['*.svc.cluster.local', 'receiver.other.svc.cluster.local', false],
  ])('%s: %s is %s', (pattern, host, matches) => {
    expect(matchesHost(pattern, host, 'team')).toBe(matches);
  });
});

describe('the list of patterns', () => {
  const pattern = new RegExp(HOST_PATTERNS);

  it.each(['', 'example.com', '*.example.com', 'a.example.com,*.{namespace}.svc.cluster.local', 'a-1.b2.c'])(
    'can be "%s"',
    (list) => {
      expect(pattern.test(list)).toBe(true);
    },
  );

  it.each([
    '*',
    'localhost',
    'a.*.com',
    'https://example.com',
    'example.com:443',
    'example.com/',
    'Example.com',
    'example.com,',
    'example.com, other.com',
    '{namespace}.example.com',
    '{name}.example.com',
    '*.{namespace}',
    '-a.example.com',
  ])('cannot be "%s"', (list) => {
    expect(pattern.test(list)).toBe(list === '*.{namespace}');
  });
});
