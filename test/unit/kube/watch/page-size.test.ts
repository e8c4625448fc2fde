import { describe, expect, it } from 'vitest';
import { MOST_PAGE_BYTES, PageSize } from '../../../../kube/watch/page-size.ts';

const MIB = 1024 * 1024;

describe('the size of a page', () => {
  it('is as many objects as allowed, while they are small', () => {
    const size = new PageSize(500);
    expect(size.limit).toBe(500);
    size.arrived(500, 500 * 1000);
    expect(size.limit).toBe(500);
  });

  it('is halved for an answer that was too large, down to one object', () => {
    const size = new PageSize(5);
    expect([size.tooLarge(), size.limit]).toEqual([true, 3]);
    expect([size.tooLarge(), size.limit]).toEqual([true, 2]);
    expect([size.tooLarge(), size.limit]).toEqual([true, 1]);
    expect([size.tooLarge(), size.limit]).toEqual([false, 1]);
  });

  it('follows the size of the objects', () => {
    const size = new PageSize(500);
    size.arrived(100, 100 * 0.25 * MIB);
    expect(size.limit).toBe(8);
    size.arrived(8, 8 * 4 * MIB);
    expect(size.limit).toBe(1);
  });

  it('at most doubles, as the next objects may be larger', () => {
    const size = new PageSize(500);
    size.arrived(4, 4 * MIB);
    expect(size.limit).toBe(2);
    size.arrived(2, 10);
    expect(size.limit).toBe(4);
    size.arrived(0, 10);
    expect(size.limit).toBe(4);
  });

  it('fits any object that etcd stores', () => {
    expect(MOST_PAGE_BYTES).toBeGreaterThan(2 * 1.5 * MIB);
  });
});
