import { LRUCache } from 'lru-cache';
import type { Event } from './event.ts';

/** An Event that waits, and how often it could not be written. */
export interface WaitingEvent {
  event: Event;
  failures: number;
}

/** The last write of a namespace tells for this time whether it is slow. */
const REMEMBERED_MS = 300_000;
const MOST_REMEMBERED = 10_000;

interface Line {
  events: WaitingEvent[];
  /** How many pauses have not ended. Until then, no Event of the namespace is written. */
  pauses: number;
}

/** Events that wait, by namespace. The namespaces take turns; those that are slow, or whose Events are refused, delay no others. */
export class EventLines {
  readonly #most: number;
  readonly #slow: LRUCache<string, true>;
  /** In the order of their turns; a namespace without Events is removed. */
  readonly #lines = new Map<string, Line>();
  #size = 0;

  /** @param most how many Events wait, at most */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#slow = new LRUCache({ max: MOST_REMEMBERED, ttl: REMEMBERED_MS, ttlResolution: 0, perf: { now } });
  }

  get size(): number {
    return this.#size;
  }

  /** Returns the Event that is dropped if too many wait: the last one of the namespace with the most. */
  add(event: Event): Event | undefined {
    this.#lineOf(namespaceOf(event)).events.push({ event, failures: 0 });
    this.#size += 1;
    return this.#size > this.#most ? this.#dropped() : undefined;
  }

  /**
   * Puts an Event back that could not be written. It is the next one of its namespace, after a pause.
   *
   * @returns what ends the pause
   */
  putBack({ event, failures }: WaitingEvent): () => void {
    const line = this.#lineOf(namespaceOf(event));
    line.events.unshift({ event, failures: failures + 1 });
    line.pauses += 1;
    this.#size += 1;
    return () => {
      line.pauses -= 1;
    };
  }

  /** The next Event of a namespace that is slow, or of one that is not, for which there is room. */
  take(room: { slow: boolean; quick: boolean }): WaitingEvent | undefined {
    for (const [namespace, line] of this.#lines) {
      if (line.pauses > 0 || !room[this.#slow.has(namespace) ? 'slow' : 'quick']) continue;
      const next = line.events.shift();
      this.#lines.delete(namespace);
      // The other namespaces come first now.
      if (line.events.length > 0) this.#lines.set(namespace, line);
      if (next === undefined) continue;
      this.#size -= 1;
      return next;
    }
    return undefined;
  }

  isSlow(event: Event): boolean {
    return this.#slow.has(namespaceOf(event));
  }

  /** An Event of this namespace was not written in time, or was. */
  was(speed: 'slow' | 'quick', event: Event): void {
    if (speed === 'slow') this.#slow.set(namespaceOf(event), true);
    else this.#slow.delete(namespaceOf(event));
  }

  /** Removes all Events. Returns how many there were. */
  clear(): number {
    const size = this.#size;
    this.#lines.clear();
    this.#size = 0;
    return size;
  }

  #dropped(): Event | undefined {
    let longest: Line | undefined;
    for (const line of this.#lines.values()) {
      if (line.events.length > (longest?.events.length ?? 0)) longest = line;
    }
    this.#size -= 1;
    return longest?.events.pop()?.event;
  }

  #lineOf(namespace: string): Line {
    const line = this.#lines.get(namespace) ?? { events: [], pauses: 0 };
    this.#lines.set(namespace, line);
    return line;
  }
}

function namespaceOf({ metadata }: Event): string {
  return metadata?.namespace ?? '';
}
