/** Opens to clients that know a path from the webhook configurations. Everybody else gets the same empty 404. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

export const WEBHOOKS = ['mutate', 'validate'] as const;

/** The two webhooks; a path of a webhook configuration ends with the name of one. */
export type WebhookName = (typeof WEBHOOKS)[number];

/** How long a path that was replaced is still accepted: other API servers may not have seen the new one yet. */
const FORMER_MS = 600_000;
/** Maximum number of replaced paths. */
const MOST_FORMER = 16;

interface KnownPath {
  digest: Buffer;
  /** When it is no longer accepted; `Infinity` while a configuration contains it. */
  until: number;
}

/** Knows the paths at which the API server calls the webhooks. */
export class Door {
  readonly #now: () => number;
  /** Digests are compared, so that the time of a comparison does not depend on what is compared. */
  readonly #key = randomBytes(32).toString('hex');
  readonly #known: Record<WebhookName, KnownPath[]> = { mutate: [], validate: [] };

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A door without a secret, for a process that has no webhook configurations: `/mutate` and `/validate`. */
  static withoutSecret(): Door {
    const door = new Door();
    for (const webhook of WEBHOOKS) door.setPaths(webhook, [`/${webhook}`]);
    return door;
  }

  /** Sets the paths of a webhook. Those that it replaces are accepted for ten more minutes. */
  setPaths(webhook: WebhookName, paths: readonly string[]): void {
    const now = this.#now();
    const present = paths.map((path) => ({ digest: this.#digest(path), until: Infinity }));
    const former = this.#known[webhook]
      .filter(({ digest }) => !present.some((each) => each.digest.equals(digest)))
      .map(({ digest, until }) => ({ digest, until: Math.min(until, now + FORMER_MS) }))
      .filter(({ until }) => until > now)
      .slice(-MOST_FORMER);
    this.#known[webhook] = [...former, ...present];
  }

  /** The webhook that a request is for, by its URL without the host. `undefined`: no path that the API server uses. */
  webhookAt(url: string): WebhookName | undefined {
    const [path = ''] = url.split('?', 1);
    const digest = this.#digest(path);
    const now = this.#now();
    let found: WebhookName | undefined;
    for (const webhook of WEBHOOKS) {
      for (const known of this.#known[webhook]) {
        if (timingSafeEqual(known.digest, digest) && known.until > now) found = webhook;
      }
    }
    return found;
  }

  #digest(path: string): Buffer {
    // An HMAC would take twenty times as long, for each request. Nobody sees a digest.
    return hash('sha256', `${this.#key}${path}`, 'buffer');
  }
}
