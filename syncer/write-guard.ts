import type { WriteOptions } from '../kube/client/request-options.ts';

/** The condition for every write: this process is the leader. */
export interface WriteGuard {
  /** Throws if nothing may be written any more. */
  assertHeld: () => void;
  /** Aborts requests in flight. */
  lost: AbortSignal;
}

/** Without leader election every write is allowed. The Job's name and resourceVersions prevent conflicts of two syncers. */
export const ALWAYS_ALLOWED: WriteGuard = { assertHeld: () => undefined, lost: new AbortController().signal };

/** The options of a write that checks the guard when it begins, just before it is sent, and until it is answered. */
export function guarded(guard: WriteGuard): Pick<WriteOptions, 'signal' | 'beforeSend'> {
  guard.assertHeld();
  return {
    signal: guard.lost,
    beforeSend: () => {
      guard.assertHeld();
    },
  };
}
