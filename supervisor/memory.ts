const MIB = 2 ** 20;

/** What the supervisor itself needs, and the syncer needs besides its JavaScript heap. */
const RESERVED = 64 * MIB;
/** What a process may allocate before the supervisor looks again. */
const SMALLEST_MARGIN = 32 * MIB;
/** V8 refuses to work with much less. */
const SMALLEST_HEAP_MIB = 32;

export interface MemoryPlan {
  /** The limit of the syncer's JavaScript heap (`--max-old-space-size`), in MiB. */
  heapMib: number;
  /** The syncer is killed when the container's processes use more bytes than this. */
  killAbove: number;
}

/**
 * How the memory of the container is divided. The kernel kills all processes of a container that is out of memory, so the
 * syncer must be killed before that, with a tenth of the limit to spare. Its heap is limited further below, because buffers and
 * code are outside of the heap.
 *
 * @param limit the container's limit in bytes; 0 if it is unknown
 * @returns undefined if there is no limit
 */
export function memoryPlan(limit: number): MemoryPlan | undefined {
  // Without a limit, cgroups report a number near 2^63.
  if (limit <= 0 || limit >= 2 ** 52) return undefined;
  const killAbove = Math.floor(limit - Math.max(limit / 10, SMALLEST_MARGIN));
  const heapMib = Math.floor(((killAbove - RESERVED) * 0.75) / MIB);
  return { heapMib: Math.max(SMALLEST_HEAP_MIB, heapMib), killAbove };
}

/**
 * The memory of a process that the kernel cannot reclaim, in bytes.
 *
 * @param status the content of `/proc/PID/status`
 * @returns 0 if it is not there, for instance because the process has exited
 */
export function anonymousBytes(status: string): number {
  for (const line of status.split('\n')) {
    const [name, amount] = line.split(':');
    if (name === 'RssAnon') return Number.parseInt(amount ?? '0', 10) * 1024;
  }
  return 0;
}
