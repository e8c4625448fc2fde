/** Why something is not ready; undefined when it is. */
export type ReadinessCheck = () => string | undefined;

/** One thing that is missing, for `/readyz`. */
export interface Missing {
  what: string;
  why: string;
}

/** Everything that must be there before the API server may send requests here. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();

  add(what: string, check: ReadinessCheck): void {
    this.#checks.set(what, check);
  }

  /** Empty when ready. */
  missing(): Missing[] {
    return Array.from(this.#checks).flatMap(([what, check]) => {
      const why = check();
      return why === undefined ? [] : [{ what, why }];
    });
  }
}
