import { describe, expect, it } from 'vitest';
import { HostSlots } from '../../../../syncer/callback/host-slots.ts';

const HOST = 'slow.example.com';

describe('the slots of a host', () => {
  it('are limited; those of other hosts are not affected', () => {
    const slots = new HostSlots(2);
    expect(['a/1', 'a/2', 'a/3'].map((key) => slots.take(HOST, key))).toEqual([true, true, false]);
    expect(slots.take('other.example.com', 'a/4')).toBe(true);
  });

  it('are passed on to the keys that wait, namespace by namespace', () => {
    const slots = new HostSlots(1);
    slots.take(HOST, 'a/1');
    for (const key of ['a/2', 'a/3', 'b/1']) expect(slots.take(HOST, key)).toBe(false);
    expect(slots.free('a/1')).toBe('a/2');
    expect(slots.free('a/2')).toBe('b/1');
    expect(slots.free('b/1')).toBe('a/3');
    expect(slots.free('a/3')).toBeUndefined();
    expect(slots.take(HOST, 'c/1')).toBe(true);
  });

  it('belong to the key that got one, before it takes it', () => {
    const slots = new HostSlots(1);
    slots.take(HOST, 'a/1');
    slots.take(HOST, 'a/2');
    expect(slots.free('a/1')).toBe('a/2');
    expect(slots.take(HOST, 'b/1')).toBe(false);
    expect(slots.take(HOST, 'a/2')).toBe(true);
    expect(slots.free('a/2')).toBe('b/1');
  });

  it('are passed on by a key that no longer needs its slot', () => {
    const slots = new HostSlots(1);
    slots.take(HOST, 'a/1');
    for (const key of ['a/2', 'a/3']) slots.take(HOST, key);
    expect(slots.free('a/1')).toBe('a/2');
    // Its run was deleted in the meantime, so it does not take the slot.
    expect(slots.free('a/2')).toBe('a/3');
  });

  it('are not freed by a key that has none', () => {
    const slots = new HostSlots(1);
    slots.take(HOST, 'a/1');
    slots.take(HOST, 'a/2');
    expect(slots.free('a/2')).toBeUndefined();
    expect(slots.take(HOST, 'a/3')).toBe(false);
  });

  it('are waited for once by each key', () => {
    const slots = new HostSlots(1);
    slots.take(HOST, 'a/1');
    slots.take(HOST, 'a/2');
    slots.take(HOST, 'a/2');
    expect(slots.free('a/1')).toBe('a/2');
    expect(slots.free('a/2')).toBeUndefined();
  });
});
