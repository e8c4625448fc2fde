/** Why a part is not ready; `undefined` if it is. */
export type ReadinessCheck = () => string | undefined;

/** A part that is not ready, for `/readyz`. */
export interface Missing {
  what: string;
  why: string;
}

/** Checks whether the webhook is ready to receive requests from the API server. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();

  add(what: string, check: ReadinessCheck): void {
    this.#checks.set(what, check);
  }

  /** The parts that are not ready, in the order in which they were added. Empty: ready. */
  missing(): Missing[] {
    return Array.from(this.#checks).flatMap(([what, check]) => {
      const why = check();
      return why === undefined ? [] : [{ what, why }];
    });
  }
}
