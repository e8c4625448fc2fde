/** Bounds the memory of all AdmissionReviews that are read and decided at once. */
import type { ServerResponse } from 'node:http';
import { ByteBudget } from '../byte-budget.ts';

const KIB = 1024;

/** Nearly all reviews are smaller. A parsed object takes up to twenty times the bytes of its JSON. */
const SMALL = 32 * KIB;
/** Large reviews wait for each other, and never make a small one wait. */
const BYTES = { small: 2048 * KIB, large: 1024 * KIB };

/** The body of a request is read when its bytes are free, and they are in use until the answer. */
export class BodyMemory {
  readonly #largest: number;
  readonly #budgets: Readonly<Record<keyof typeof BYTES, ByteBudget>>;

  /** @param largest the bytes of a body whose length the client does not declare */
  constructor(largest: number, bytes = BYTES) {
    this.#largest = largest;
    this.#budgets = { small: new ByteBudget(bytes.small), large: new ByteBudget(bytes.large) };
  }

  /** Resolves when the body can be read; with false if the client gave up before. */
  async admit(contentLength: string | undefined, response: ServerResponse): Promise<boolean> {
    const length = Number(contentLength ?? this.#largest);
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const free = await this.#budgets[length <= SMALL ? 'small' : 'large'].take(length, gone.signal);
    if (free === undefined) return false;
    if (response.closed) free();
    else response.once('close', free);
    return !response.closed;
  }
}
