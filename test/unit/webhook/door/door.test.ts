import { beforeEach, describe, expect, it } from 'vitest';
import { Door } from '../../../../webhook/door/door.ts';

const MINUTE = 60_000;

let now: number;
let door: Door;

beforeEach(() => {
  now = 0;
  door = new Door(() => now);
});

describe('a door', () => {
  it('is closed before it knows a path', () => {
    expect(door.webhookAt('/validate')).toBeUndefined();
    expect(door.webhookAt('/')).toBeUndefined();
  });

  it('opens at the paths of the two webhooks, whatever the query is', () => {
    door.setPaths('validate', ['/secret/validate']);
    door.setPaths('mutate', ['/secret/mutate']);
    expect(door.webhookAt('/secret/validate?timeout=5s')).toBe('validate');
    expect(door.webhookAt('/secret/mutate')).toBe('mutate');
  });

  it.each([
    '/validate',
    '/secret',
    '/secret/validat',
    '/secret/validate/',
    '//secret/validate',
    '/SECRET/validate',
    '',
  ])('stays closed at %j', (url) => {
    door.setPaths('validate', ['/secret/validate']);
    expect(door.webhookAt(url)).toBeUndefined();
  });

  it('without a secret opens at the well-known paths', () => {
    const open = Door.withoutSecret();
    expect(['/validate', '/mutate', '/other'].map((url) => open.webhookAt(url))).toEqual([
      'validate',
      'mutate',
      undefined,
    ]);
  });
});

describe('a path that was replaced', () => {
  beforeEach(() => {
    door.setPaths('mutate', ['/one/mutate']);
    door.setPaths('validate', ['/one/validate']);
    door.setPaths('validate', ['/two/validate']);
  });

  it('is accepted for ten more minutes beside the new one', () => {
    now = 10 * MINUTE - 1;
    expect(['/one/validate', '/two/validate'].map((url) => door.webhookAt(url))).toEqual(['validate', 'validate']);
    now = 10 * MINUTE;
    expect(['/one/validate', '/two/validate'].map((url) => door.webhookAt(url))).toEqual([undefined, 'validate']);
  });

  it('is not accepted for longer because another one is replaced', () => {
    now = 5 * MINUTE;
    door.setPaths('validate', ['/three/validate']);
    now = 10 * MINUTE;
    expect(['/one', '/two', '/three'].map((token) => door.webhookAt(`${token}/validate`))).toEqual([
      undefined,
      'validate',
      'validate',
    ]);
  });

  it('is accepted without a limit again once it is back', () => {
    door.setPaths('validate', ['/one/validate']);
    now = 60 * MINUTE;
    expect(door.webhookAt('/one/validate')).toBe('validate');
  });

  it('concerns only its own webhook', () => {
    now = 60 * MINUTE;
    expect(door.webhookAt('/one/mutate')).toBe('mutate');
  });

  it('is forgotten if there are too many', () => {
    for (let i = 0; i < 20; i += 1) door.setPaths('validate', [`/${i}/validate`]);
    expect([2, 3, 4, 19].map((i) => door.webhookAt(`/${i}/validate`))).toEqual([
      undefined,
      'validate',
      'validate',
      'validate',
    ]);
  });
});
