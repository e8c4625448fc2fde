/** How a process finished. Both are null if it could not be started. */
export interface Exit {
  code: number | null;
  signal: string | null;
}

/** The running syncer, as the supervisor sees it. */
export interface Child {
  kill: (signal: 'SIGTERM' | 'SIGKILL') => void;
  /** Asks whether the syncer is ready. Rejects if it does not answer. */
  ask: () => Promise<boolean>;
  /** The memory that all processes of the container use together, in bytes. */
  usedBytes: () => number;
  /** The metrics of the syncer. Rejects if it does not answer. */
  metrics: () => Promise<string>;
}

/** Starts the syncer. `onExit` is called once, later, however it finishes. */
export type Spawn = (onExit: (exit: Exit) => void) => Child;
