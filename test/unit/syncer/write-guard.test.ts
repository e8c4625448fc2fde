import { describe, expect, it } from 'vitest';
import { ALWAYS_ALLOWED, guarded } from '../../../syncer/write-guard.ts';

describe('a guarded write', () => {
  it('checks when it begins and again just before it is sent', () => {
    let held = true;
    const lost = new AbortController();
    const assertHeld = () => {
      if (!held) throw new Error('not the leader');
    };
    const { beforeSend, signal } = guarded({ assertHeld, lost: lost.signal });
    expect(beforeSend).not.toThrow();
    held = false;
    expect(beforeSend).toThrow('not the leader');
    expect(() => guarded({ assertHeld, lost: lost.signal })).toThrow('not the leader');
    lost.abort();
    expect(signal?.aborted).toBe(true);
  });

  it('is always allowed without leader election', () => {
    expect(guarded(ALWAYS_ALLOWED).beforeSend).not.toThrow();
  });
});
