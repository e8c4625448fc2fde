import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anonymousBytes, memoryPlan } from '../../../supervisor/memory.ts';

const MIB = 2 ** 20;

describe('the memory of the container', () => {
  it.each<[string, number]>([
    ['it is unknown', 0],
    ['cgroup v2 has none', 2 ** 64],
    ['cgroup v1 has none', 9_223_372_036_854_771_712],
  ])('is not divided if there is no limit: %s', (_why, limit) => {
    expect(memoryPlan(limit)).toBeUndefined();
  });

  it('is divided between the heap, the rest of the processes, and a margin', () => {
    expect(memoryPlan(512 * MIB)).toEqual({ heapMib: 297, killAbove: Math.floor(512 * MIB * 0.9) });
    expect(memoryPlan(128 * MIB)).toEqual({ heapMib: 32, killAbove: 96 * MIB });
  });

  it('leaves a heap to start with in the smallest container', () => {
    expect(memoryPlan(16 * MIB)?.heapMib).toBe(32);
  });

  it('is never used up by the heap alone, and the syncer is always killed before the kernel kills the container', () => {
    const limits = fc.integer({ min: 96, max: 65_536 });
    fc.assert(
      fc.property(limits, (limit) => {
        const { heapMib, killAbove } = memoryPlan(limit * MIB)!;
        expect(heapMib * MIB).toBeLessThan(killAbove);
        expect(killAbove).toBeLessThan(limit * MIB);
      }),
    );
  });
});

describe('the memory of a process that cannot be reclaimed', () => {
  it.each<[string, string, number]>([
    ['is in its status', 'Name:\tnode\nVmRSS:\t   90000 kB\nRssAnon:\t   20480 kB\nRssFile:\t  40000 kB\n', 20 * MIB],
    ['is nothing once the process has exited', 'Name:\tnode\nState:\tZ (zombie)\n', 0],
    ['is nothing if there is no status', '', 0],
  ])('%s', (_sentence, status, bytes) => {
    expect(anonymousBytes(status)).toBe(bytes);
  });

  it.runIf(process.platform === 'linux')('is read from this process', () => {
    expect(anonymousBytes(readFileSync('/proc/self/status', 'utf8'))).toBeGreaterThan(MIB);
  });
});
