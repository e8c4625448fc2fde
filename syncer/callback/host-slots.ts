import { FairKeys } from '../../kube/controller/fair-keys.ts';
import { namespaceOfKey } from '../../kube/watch/object-key.ts';

interface Host {
  /** How many keys have a slot. */
  taken: number;
  /** Keys that wait for a slot; namespaces take turns. */
  waiting: FairKeys;
}

/** Limits how many keys of one host are processed at once. A host without keys needs no memory. */
export class HostSlots {
  readonly #hosts = new Map<string, Host>();
  /** The host of each key that has a slot. */
  readonly #holders = new Map<string, string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** True if the key has a slot of the host, or gets one. Otherwise it waits for one. */
  take(host: string, key: string): boolean {
    if (this.#holders.has(key)) return true;
    const { taken, waiting } = this.#hosts.get(host) ?? { taken: 0, waiting: new FairKeys(namespaceOfKey) };
    if (taken >= this.#most) {
      if (!waiting.has(key)) waiting.add(key, 0);
      return false;
    }
    this.#hosts.set(host, { taken: taken + 1, waiting });
    this.#holders.set(key, host);
    return true;
  }

  /** Frees the slot of the key, if it has one. Returns the key that gets the slot. It has to free the slot in turn. */
  free(key: string): string | undefined {
    const host = this.#holders.get(key) ?? '';
    const known = this.#hosts.get(host);
    if (!this.#holders.delete(key) || known === undefined) return undefined;
    const next = known.waiting.take(() => true)?.key;
    if (next !== undefined) this.#holders.set(next, host);
    else if (known.taken > 1) known.taken -= 1;
    else this.#hosts.delete(host);
    return next;
  }
}
